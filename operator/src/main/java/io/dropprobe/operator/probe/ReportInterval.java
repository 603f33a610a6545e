// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Defaults;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import java.time.Duration;
import java.util.Objects;

/**
 * The report interval in force: that of the spec, or a longer one if the settings or the size of
 * the cluster require it.
 */
final class ReportInterval {
  /** Reports that all agents together may write. */
  static final int WRITES_PER_SECOND = 50;

  private ReportInterval() {}

  /**
   * @param agents nodes that write reports
   * @param floor the setting {@code minReportInterval}, which the agents respect too
   */
  static Duration of(DropProbeSpec spec, int agents, Duration floor) {
    Duration asked =
        Durations.parse(Objects.requireNonNullElse(spec.reportInterval, Defaults.REPORT_INTERVAL));
    Duration least = Duration.ofSeconds((agents + WRITES_PER_SECOND - 1) / WRITES_PER_SECOND);
    return longest(longest(asked, floor), least);
  }

  private static Duration longest(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
