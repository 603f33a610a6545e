package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import java.time.Duration;

/**
 * The report interval in force: as asked for, or longer where the settings or the size of the
 * cluster want it.
 */
final class ReportInterval {
  /** What all agents together may write. */
  static final int WRITES_PER_SECOND = 50;

  private static final Duration DEFAULT = Duration.ofSeconds(30);

  private ReportInterval() {}

  /**
   * @param agents nodes that write reports
   * @param floor the setting {@code minReportInterval}, which the agents keep too
   */
  static Duration of(DropProbeSpec spec, int agents, Duration floor) {
    Duration asked = spec.reportInterval == null ? DEFAULT : Durations.parse(spec.reportInterval);
    Duration least = Duration.ofSeconds((agents + WRITES_PER_SECOND - 1) / WRITES_PER_SECOND);
    return longest(longest(asked, floor), least);
  }

  private static Duration longest(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
