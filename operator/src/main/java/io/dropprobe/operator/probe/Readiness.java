// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.NodeSummary;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Problem;
import java.util.List;

/**
 * The condition Ready. It is True if at least one node is selected, every selected node has
 * reported the current generation and is not stale, and at least one is in the desired state.
 */
record Readiness(boolean ready, String reason, String message) {
  /**
   * @param verdicts of the selected nodes
   * @param n the same, counted
   * @param problems the same, by reason, and those of the installation
   */
  static Readiness of(
      List<Verdict> verdicts, NodeSummary n, List<Problem> problems, ProbeState desired) {
    if (Sums.orZero(n.selected) == 0) {
      return no(
          Conditions.Probe.NO_NODE_SELECTED,
          "no Linux node matches spec.nodeSelector and spec.tolerations; compare with kubectl get"
              + " nodes --show-labels");
    }
    if (Sums.orZero(n.stale) > 0) {
      return no(
          Conditions.Probe.NODES_STALE,
          "%d of %d selected nodes have stopped reporting; see status.problems"
              .formatted(n.stale, n.selected));
    }
    if (Sums.orZero(n.pending) > 0) {
      return no(
          Conditions.Probe.NODES_PENDING,
          "%d of %d selected nodes are not ready yet: %s"
              .formatted(n.pending, n.selected, NameList.shorten(pending(verdicts))));
    }
    if (Sums.orZero(n.ready) == 0) {
      String worst =
          problems.stream()
              .filter(p -> Sums.orZero(p.nodes) > 0)
              .findFirst()
              .map(p -> ": " + p.reason)
              .orElse("");
      return no(
          Conditions.Probe.NO_NODE_READY,
          "none of %d selected nodes can count%s; see status.problems"
              .formatted(n.selected, worst));
    }
    return switch (desired) {
      case Inactive ->
          yes(
              Conditions.Probe.INACTIVE,
              "counting stopped on %d of %d selected nodes; the counts are kept",
              n);
      case Expired ->
          yes(
              Conditions.Probe.DURATION_ELAPSED,
              "counting stopped on %d of %d selected nodes; the counts are kept",
              n);
      default -> yes(Conditions.Probe.COUNTING, "counting on %d of %d selected nodes", n);
    };
  }

  /** Named here, because status.problems is empty again when somebody reads the Event. */
  private static List<String> pending(List<Verdict> verdicts) {
    return verdicts.stream()
        .filter(v -> v.kind() == Verdict.Kind.PENDING)
        .map(Verdict::node)
        .toList();
  }

  private static Readiness yes(String reason, String message, NodeSummary n) {
    return new Readiness(true, reason, message.formatted(n.ready, n.selected));
  }

  private static Readiness no(String reason, String message) {
    return new Readiness(false, reason, message);
  }
}
