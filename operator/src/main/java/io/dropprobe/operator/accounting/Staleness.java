// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import java.time.Duration;
import java.util.function.Function;

/**
 * Which reports are too old to describe the present. Their age is measured by the operator itself:
 * nodes' clocks may be wrong, and the owner of a node can write any time.
 *
 * @param age time since a report last changed
 * @param after age at which a report is stale; the lease of its probes has expired by then
 */
public record Staleness(Function<DropProbeNode, Duration> age, Duration after) {
  /**
   * Whether a report is stale. One without a status has not been written yet; one whose time can't
   * be parsed is stale, so that nothing waits for it forever.
   */
  public boolean test(DropProbeNode report) {
    if (report.getStatus() == null) {
      return false;
    }
    String at = report.getStatus().reportedAt;
    return (at != null && Times.parseOrNull(at) == null) || isOld(age.apply(report));
  }

  /** Whether a report of this age is stale. */
  public boolean isOld(Duration reportAge) {
    return reportAge.compareTo(after) >= 0;
  }
}
