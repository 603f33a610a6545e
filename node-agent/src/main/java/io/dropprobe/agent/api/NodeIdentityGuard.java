// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a report may be written under a Node's name now. The operator folds the
 * contribution of a deleted Node into the DropProbes once and deletes its report; a report that is
 * written again after that would be counted twice. A report that the operator has not deleted in
 * time is replaced, and its counts are carried along, see {@link Predecessors}.
 */
final class NodeIdentityGuard {
  /** How long to wait for the operator to fold in an earlier Node's contribution. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private @Nullable String awaited;
  private long until;

  /**
   * Says why the report must not be written now; empty if it may.
   *
   * @param node name of the Node
   * @param reportOf UID of the Node that the report is about
   * @param live UID of the Node that exists now; null means none
   * @param existing the report in the API; null means none
   * @param now milliseconds of the clock
   */
  Optional<String> obstacle(
      String node,
      @Nullable String reportOf,
      @Nullable String live,
      @Nullable DropProbeNodeStatus existing,
      long now) {
    if (live == null || !live.equals(reportOf)) {
      return Optional.of(
          "Node " + node + " (UID " + reportOf + ") was deleted: there is nothing to report");
    }
    if (existing == null || existing.nodeUID == null || existing.nodeUID.equals(reportOf)) {
      return Optional.empty();
    }
    String earlier = existing.nodeUID;
    if (!earlier.equals(awaited)) {
      awaited = earlier;
      until = now + PATIENCE.toMillis();
    }
    return now >= until && !isFull(existing)
        ? Optional.empty()
        : Optional.of(
            "DropProbeNode "
                + node
                + " is the report of an earlier Node (UID "
                + earlier
                + "): waiting for the operator to fold in its counts and delete it");
  }

  private static boolean isFull(DropProbeNodeStatus report) {
    return report.predecessors != null && report.predecessors.size() >= Limits.PREDECESSORS;
  }
}
