// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

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
   * whose time can't be parsed is stale, so that nothing waits for it forever.
   */
  public boolean test(DropProbeNode report) {
    if (report.getStatus() == null || report.getStatus().reportedAt == null) {
      return false;
    }
    Instant at = Times.parseOrNull(report.getStatus().reportedAt);
    return at == null || test(at);
  }

  /**
   * Whether a report of this time is stale. One that is dated as far in the future is stale too,
   * because its age is unknown.
   */
  boolean test(Instant reportedAt) {
    return isOld(reportedAt) || reportedAt.isAfter(now.plus(after));
  }

  /**
   * Whether a report is so old that the lease of its probe has expired. A report that is dated in
   * the future is not: until its lease expires, another node may take over its epoch, and counts
   * that were already folded would be counted twice.
   */
  public boolean isOld(Instant reportedAt) {
    return !now.isBefore(reportedAt.plus(after));
  }
}
