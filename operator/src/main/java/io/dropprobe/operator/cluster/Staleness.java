package io.dropprobe.operator.cluster;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import java.time.Duration;
import java.time.Instant;

/**
 * Which reports are too old to say anything about now.
 *
 * @param now of the operator; nodes' clocks are taken to be right within seconds
 * @param after age at which a report is stale
 */
public record Staleness(Instant now, Duration after) {
  /**
   * Whether a report is stale; one without a time is not: it is none yet. One whose time can't be
   * read is, and one of the future: nothing says that it is about now, and nothing may wait for it
   * for ever.
   */
  public boolean test(DropProbeNode report) {
    if (report.getStatus() == null || report.getStatus().reportedAt == null) {
      return false;
    }
    Instant at = Times.parseOrNull(report.getStatus().reportedAt);
    return at == null || !now.isBefore(at.plus(after)) || at.isAfter(now.plus(after));
  }
}
