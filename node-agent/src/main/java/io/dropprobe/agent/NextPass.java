// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.agent.probe.DesiredProbe;
import io.dropprobe.agent.probe.DesiredState;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Defaults;
import io.dropprobe.api.schema.Durations;
import java.time.Duration;

/** Decides when the next pass is due. All times are milliseconds of the clock. */
final class NextPass {
  /** Longest time between two observations of the kernel. */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** Shortest time between two passes, unless something wakes the loop. */
  static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);

  /**
   * The loop rests this many times as long as the pass took, up to LONGEST_REST: a slow machine has
   * other work, too.
   */
  private static final int REST = 9;

  private static final Duration LONGEST_REST = Duration.ofSeconds(5);

  private static final Duration QUIET_INTERVAL = Durations.parse(Defaults.REPORT_INTERVAL);

  /** While the API server has not answered yet, and while a probe is not in its desired state. */
  private static final Duration SHORT_PAUSE = Duration.ofSeconds(1);

  /** While a probe counts for pods, so that a new pod is matched soon. */
  private static final Duration POD_PAUSE = Duration.ofSeconds(2);

  private final Time time;
  private final Duration lease;
  private final Duration minReportInterval;

  NextPass(Time time, Duration lease, Duration minReportInterval) {
    this.time = time;
    this.lease = lease;
    this.minReportInterval = minReportInterval;
  }

  /** Shortest time between two reports of counts, with these probes. */
  Duration reportInterval(DesiredState desired) {
    Duration smallest =
        desired.probes().stream()
            .map(DesiredProbe::interval)
            .min(Duration::compareTo)
            .orElse(QUIET_INTERVAL);
    return smallest.compareTo(minReportInterval) < 0 ? minReportInterval : smallest;
  }

  /** After a pass that did not know the desired state. */
  long afterBlindPass() {
    return time.in(SHORT_PAUSE);
  }

  /**
   * After a pass that ends now.
   *
   * @param begun when it began
   * @param unsettled whether a probe is not in its desired state yet, and may be so soon
   * @param requested when another part of the agent needs the next one at the latest
   */
  long after(long begun, DesiredState desired, boolean unsettled, long requested) {
    return Math.max(Math.min(requested, due(desired, unsettled)), time.millis() + rest(begun));
  }

  private long rest(long begun) {
    long took = time.millis() - begun;
    return Math.min(Math.max(took * REST, SHORTEST_PAUSE.toMillis()), LONGEST_REST.toMillis());
  }

  private long due(DesiredState desired, boolean unsettled) {
    long due = Math.min(time.in(LONGEST_PAUSE), time.in(lease.dividedBy(4)));
    if (unsettled) {
      due = Math.min(due, time.in(SHORT_PAUSE));
    }
    if (desired.followsPods()) {
      due = Math.min(due, time.in(POD_PAUSE));
    }
    for (DesiredProbe p : desired.probes()) {
      if (p.active() && p.expiresAt() != null) {
        due = Math.min(due, time.in(Duration.between(time.wall(), p.expiresAt())));
      }
    }
    return due;
  }
}
