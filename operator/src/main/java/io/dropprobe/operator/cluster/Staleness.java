// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import java.time.Duration;
import java.time.Instant;

/**
 * Which reports are too old to describe the present.
 *
 * @param now by the operator's clock; nodes' clocks are assumed to be right within seconds
 * @param after age at which a report is stale
 */
public record Staleness(Instant now, Duration after) {
  /**
   * Whether a report is stale. A report without a time is not: it has not been written yet. One
   * whose time can't be parsed or is in the future is stale, so that nothing waits for it forever.
   */
  public boolean test(DropProbeNode report) {
    if (report.getStatus() == null || report.getStatus().reportedAt == null) {
      return false;
    }
    Instant at = Times.parseOrNull(report.getStatus().reportedAt);
    return at == null || !now.isBefore(at.plus(after)) || at.isAfter(now.plus(after));
  }
}
