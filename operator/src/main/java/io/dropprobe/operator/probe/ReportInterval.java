package io.dropprobe.operator.probe;

import io.dropprobe.api.Durations;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import java.time.Duration;

/** The report interval in force: as asked for, or longer where the cluster is large. */
final class ReportInterval {
  /** What all agents together may write. */
  static final int WRITES_PER_SECOND = 50;

  private static final Duration DEFAULT = Duration.ofSeconds(30);

  private ReportInterval() {}

  /**
   * @param agents nodes that write reports
   */
  static Duration of(DropProbeSpec spec, int agents) {
    Duration asked = spec.reportInterval == null ? DEFAULT : Durations.parse(spec.reportInterval);
    Duration least = Duration.ofSeconds((agents + WRITES_PER_SECOND - 1) / WRITES_PER_SECOND);
    return asked.compareTo(least) >= 0 ? asked : least;
  }
}
