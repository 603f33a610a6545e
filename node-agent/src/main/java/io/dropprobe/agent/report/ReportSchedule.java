// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When to write a report: a change of state at once, a change of counts in the node's next time
 * slot, an unchanged report only as a heartbeat. A slot comes once per interval, for each node at
 * another offset, so the writes of many nodes spread evenly and no node writes counts twice per
 * interval.
 *
 * @param phase this node's offset as a fraction of an interval, at least 0 and less than 1
 * @param interval milliseconds between two slots
 * @param heartbeat longest time without a write, in milliseconds
 */
record ReportSchedule(double phase, long interval, long heartbeat) {
  /** Shortest time between two writes in milliseconds, whatever changes. */
  static final long SPACING = 1000;

  /** Derives the offset from the node's name: it survives restarts and differs between nodes. */
  static ReportSchedule of(String node, Duration interval, Duration heartbeat) {
    // Names like worker-1 and worker-2 have close hash codes; the multiplication spreads them.
    double phase = (node.hashCode() * 0x9e3779b9 >>> 8) / (double) (1 << 24);
    return new ReportSchedule(phase, interval.toMillis(), heartbeat.toMillis());
  }

  /**
   * When the report should be written; a time in the past means now.
   *
   * @param written the last report that the API server accepted; null means none
   * @param writtenAt when it did, in milliseconds of the clock
   */
  long due(@Nullable DropProbeNodeStatus written, long writtenAt, DropProbeNodeStatus report) {
    if (written == null) {
      return Long.MIN_VALUE;
    }
    // Jitter the heartbeat so that nodes started together do not report together.
    long heartbeatDue = writtenAt + heartbeat - (long) (heartbeat * phase / 10);
    return switch (ReportDiff.between(written, report)) {
      case STATE -> writtenAt + SPACING;
      // An interval may be longer than the time after which the operator considers a node stale.
      case COUNTS -> Math.min(slotAfter(writtenAt), heartbeatDue);
      case NONE -> heartbeatDue;
    };
  }

  /** This node's first slot after a moment. */
  long slotAfter(long moment) {
    long offset = (long) (phase * interval);
    return Math.floorDiv(moment - offset, interval) * interval + interval + offset;
  }
}
