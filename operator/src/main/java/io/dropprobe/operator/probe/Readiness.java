// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.NodeSummary;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Problem;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The condition Ready. It is True if at least one selected node is in the desired state, and no
 * node holds it up: one that is pending and that Kubernetes calls Ready, for at most {@code
 * staleAfter}. Nodes that have stopped reporting, or that join later, do not: one dead node of
 * thousands must not make it False for ever. The message says what is missing.
 */
record Readiness(boolean ready, String reason, String message) {
  /** What nodes are from which the probe should be removed, and may not be. */
  private static final Set<Verdict.Kind> MAY_HAVE_IT =
      EnumSet.of(
          Verdict.Kind.PENDING,
          Verdict.Kind.FAILED,
          Verdict.Kind.SHARED_KERNEL,
          Verdict.Kind.STALE);

  /**
   * @param verdicts of the selected nodes
   * @param n the same, counted
   * @param problems the same, by reason, and those of the installation
   * @param desired Removed while the setting {@code enabled} is false
   */
  static Readiness of(
      List<Verdict> verdicts,
      NodeSummary n,
      List<Problem> problems,
      ProbeState desired,
      Patience patience) {
    if (desired == ProbeState.Removed) {
      return suspended(verdicts, n);
    }
    if (Sums.orZero(n.selected) == 0) {
      return no(
          Conditions.Probe.NO_NODE_SELECTED,
          "no Linux node matches spec.nodeSelector and spec.tolerations; compare with kubectl get"
              + " nodes --show-labels");
    }
    List<String> awaited =
        names(verdicts, v -> v.isAwaited() && !patience.newcomers().contains(v.node()));
    if (Sums.orZero(n.ready) > 0) {
      return awaited.isEmpty() || patience.isOver()
          ? counting(n, desired, missing(verdicts, n))
          : pending(awaited, n);
    }
    if (Sums.orZero(n.stale) > 0) {
      return no(
          Conditions.Probe.NODES_STALE,
          "%d of %d selected nodes have stopped reporting; see status.problems"
              .formatted(n.stale, n.selected));
    }
    if (Sums.orZero(n.pending) > 0) {
      return pending(awaited.isEmpty() ? pending(verdicts) : awaited, n);
    }
    String worst =
        problems.stream()
            .filter(p -> Sums.orZero(p.nodes) > 0)
            .findFirst()
            .map(p -> ": " + p.reason)
            .orElse("");
    return no(
        Conditions.Probe.NO_NODE_READY,
        "none of %d selected nodes can count%s; see status.problems".formatted(n.selected, worst));
  }

  private static Readiness suspended(List<Verdict> verdicts, NodeSummary n) {
    List<String> left = names(verdicts, v -> MAY_HAVE_IT.contains(v.kind()));
    return no(
        Conditions.Probe.SUSPENDED,
        (left.isEmpty()
                ? "the setting enabled is false: the probe is in no kernel"
                : "the setting enabled is false; %d of %d selected nodes have not reported yet that the probe is removed from their kernel: %s"
                    .formatted(left.size(), n.selected, NameList.shorten(left)))
            + "; the counts are kept; to count again, set enabled: \"true\" in the ConfigMap "
            + Names.SETTINGS);
  }

  private static Readiness counting(NodeSummary n, ProbeState desired, String missing) {
    String stopped = "counting stopped on %d of %d selected nodes%s; the counts are kept";
    return switch (desired) {
      case Inactive -> yes(Conditions.Probe.INACTIVE, stopped, n, missing);
      case Expired -> yes(Conditions.Probe.DURATION_ELAPSED, stopped, n, missing);
      default ->
          yes(Conditions.Probe.COUNTING, "counting on %d of %d selected nodes%s", n, missing);
    };
  }

  /** Which nodes Ready does not wait for; empty if there is none. */
  private static String missing(List<Verdict> verdicts, NodeSummary n) {
    List<String> parts = new ArrayList<>();
    int stale = Sums.orZero(n.stale);
    if (stale > 0) {
      parts.add(stale + (stale == 1 ? " has" : " have") + " stopped reporting");
    }
    List<String> pending = pending(verdicts);
    if (!pending.isEmpty()) {
      parts.add(
          pending.size()
              + (pending.size() == 1 ? " is" : " are")
              + " not ready yet (%s)".formatted(NameList.shorten(pending)));
    }
    return parts.isEmpty() ? "" : "; " + String.join(", ", parts) + ", see status.problems";
  }

  private static Readiness pending(List<String> names, NodeSummary n) {
    return no(
        Conditions.Probe.NODES_PENDING,
        "%d of %d selected nodes are not ready yet: %s"
            .formatted(names.size(), n.selected, NameList.shorten(names)));
  }

  /** Named here, because status.problems is empty again when somebody reads the Event. */
  private static List<String> pending(List<Verdict> verdicts) {
    return names(verdicts, v -> v.kind() == Verdict.Kind.PENDING);
  }

  private static List<String> names(List<Verdict> verdicts, Predicate<Verdict> which) {
    return verdicts.stream().filter(which).map(Verdict::node).toList();
  }

  private static Readiness yes(String reason, String message, NodeSummary n, String missing) {
    return new Readiness(true, reason, message.formatted(n.ready, n.selected, missing));
  }

  private static Readiness no(String reason, String message) {
    return new Readiness(false, reason, message);
  }
}
