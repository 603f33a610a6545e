// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.NodeSummary;
import java.util.ArrayList;
import java.util.List;

/**
 * The condition Degraded. It is True if a selected node is unsupported, has failed, has stopped
 * reporting, or is pending although some node has been for longer than {@code staleAfter}, and it
 * is older than that itself.
 */
record Degradation(boolean degraded, String reason, String message) {
  static Degradation of(NodeSummary n, Patience patience) {
    List<String> parts = new ArrayList<>();
    add(parts, n, Sums.orZero(n.unsupported) + Sums.orZero(n.failed), "can't count", "can't count");
    add(parts, n, Sums.orZero(n.stale), "has stopped reporting", "have stopped reporting");
    add(parts, n, patience.overdue(), "is not ready yet", "are not ready yet");
    return parts.isEmpty()
        ? new Degradation(
            false, Conditions.Probe.ALL_NODES_WORK, "no selected node is unsupported or failed")
        : new Degradation(
            true,
            Conditions.Probe.NODES_WITH_PROBLEMS,
            String.join(", ", parts) + "; see status.problems");
  }

  private static void add(List<String> parts, NodeSummary n, long nodes, String one, String many) {
    if (nodes > 0) {
      String of = parts.isEmpty() ? " of " + n.selected + " selected nodes " : " ";
      parts.add(nodes + of + (nodes == 1 && !parts.isEmpty() ? one : many));
    }
  }
}
