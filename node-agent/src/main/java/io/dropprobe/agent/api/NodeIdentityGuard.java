package io.dropprobe.agent.api;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.time.Duration;
import java.util.Optional;

/**
 * Whether a report may be made under a Node's name now. The operator folds the share of a Node that
 * is gone in, once for each Node, and deletes the report: a report that is made again after that
 * would be folded in again. One that it has not deleted in time is replaced, and what it counted is
 * carried along, see {@link Predecessors}.
 */
final class NodeIdentityGuard {
  /** How long the operator has to fold an earlier Node's share in. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private String awaited;
  private long until;

  /**
   * What is in the way.
   *
   * @param node name of the Node
   * @param reportOf uid of the Node that the report is of
   * @param live uid of the Node as it is now; null when there is none
   * @param existing the present report; null when there is none
   * @param now in milliseconds of the clock
   */
  Optional<String> obstacle(
      String node, String reportOf, String live, DropProbeNodeStatus existing, long now) {
    if (live == null || !live.equals(reportOf)) {
      return Optional.of(
          "Node " + node + " (uid " + reportOf + ") was deleted: there is nothing to report");
    }
    String earlier = existing == null ? null : existing.nodeUID;
    if (earlier == null || earlier.equals(reportOf)) {
      return Optional.empty();
    }
    if (!earlier.equals(awaited)) {
      awaited = earlier;
      until = now + PATIENCE.toMillis();
    }
    return now >= until && !isFull(existing)
        ? Optional.empty()
        : Optional.of(
            "DropProbeNode "
                + node
                + " is of an earlier Node (uid "
                + earlier
                + "): waiting for the operator to fold it in");
  }

  private static boolean isFull(DropProbeNodeStatus report) {
    return report.predecessors != null && report.predecessors.size() >= Limits.PREDECESSORS;
  }
}
