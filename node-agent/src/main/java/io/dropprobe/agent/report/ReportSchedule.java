package io.dropprobe.agent.report;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.time.Duration;

/**
 * When to write: a change of state at once, a change of counts at the node's next turn, nothing new
 * only as a heartbeat. Turns come once per interval, each node's at another offset, so that the
 * writes of many nodes spread evenly and one node never writes counts twice within an interval.
 *
 * @param phase this node's share of an interval, 0 to 1 without 1
 * @param interval in milliseconds
 * @param heartbeat in milliseconds
 */
record ReportSchedule(double phase, long interval, long heartbeat) {
  /** At most one write in this time, whatever changes; milliseconds. */
  static final long SPACING = 1000;

  /** The offset follows from the name: the same after a restart, and different on each node. */
  static ReportSchedule of(String node, Duration interval, Duration heartbeat) {
    // Names like worker-1, worker-2 have neighbouring hash codes; a multiplication spreads them.
    double phase = (node.hashCode() * 0x9e3779b9 >>> 8) / (double) (1 << 24);
    return new ReportSchedule(phase, interval.toMillis(), heartbeat.toMillis());
  }

  /**
   * When the report should be written; not in the future means now.
   *
   * @param written the last one that the API server has taken; null for none
   * @param writtenAt when, in milliseconds of the clock
   */
  long due(DropProbeNodeStatus written, long writtenAt, DropProbeNodeStatus report) {
    if (written == null) {
      return Long.MIN_VALUE;
    }
    // Spread as well: a fleet that was started at one moment must not beat at one moment.
    long beat = writtenAt + heartbeat - (long) (heartbeat * phase / 10);
    return switch (ReportDiff.between(written, report)) {
      case STATE -> writtenAt + SPACING;
      // An interval may be longer than the operator waits before it takes a node for stale.
      case COUNTS -> Math.min(slotAfter(writtenAt), beat);
      case NONE -> beat;
    };
  }

  /** This node's first turn after a moment. */
  long slotAfter(long moment) {
    long offset = (long) (phase * interval);
    return Math.floorDiv(moment - offset, interval) * interval + interval + offset;
  }
}
