// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.Problem;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What keeps nodes from counting, by reason, most nodes first. The example is the first node by
 * name.
 */
final class Problems {
  /** Shorter than in a node's own report, because a status holds several. */
  private static final int MESSAGE = 300;

  /** Reasons of nodes that are up, and whose agents do not report. */
  private static final Set<String> SILENT =
      Set.of(Conditions.Problem.AGENT_NOT_REPORTING, Conditions.Problem.REPORT_STALE);

  private static final Comparator<Problem> MOST_NODES_FIRST =
      Comparator.comparing((Problem p) -> p.nodes).reversed().thenComparing(p -> p.reason);

  private Problems() {}

  /**
   * @param installation problems of the installation; none of them is left out
   */
  static List<Problem> of(List<Verdict> verdicts, List<Problem> installation) {
    Map<String, List<Verdict>> byReason =
        verdicts.stream()
            .filter(v -> v.reason() != null)
            .collect(
                Collectors.groupingBy(
                    v -> Limits.cut(v.reason(), Limits.LABEL), TreeMap::new, Collectors.toList()));
    Stream<Problem> ofNodes =
        byReason.entrySet().stream()
            .map(e -> problem(e.getKey(), e.getValue()))
            .sorted(MOST_NODES_FIRST)
            .limit(Limits.PROBLEMS - installation.size());
    return Stream.concat(ofNodes, installation.stream().map(Problems::shortened))
        .sorted(MOST_NODES_FIRST)
        .toList();
  }

  /**
   * Adds to the problems of agents that do not report what keeps the example's pod from running.
   *
   * @param trouble of the agent's pod on a node; empty if nothing is known
   */
  static void explain(List<Problem> problems, Function<String, Optional<String>> trouble) {
    for (Problem p : problems) {
      if (p.example != null && p.reason != null && SILENT.contains(p.reason)) {
        trouble
            .apply(p.example)
            .ifPresent(t -> p.message = Limits.cut(t + "; " + p.message, MESSAGE));
      }
    }
  }

  private static Problem shortened(Problem of) {
    Problem p = new Problem();
    p.reason = of.reason;
    p.nodes = of.nodes;
    p.example = of.example;
    p.message = Limits.cut(of.message, MESSAGE);
    return p;
  }

  private static Problem problem(String reason, List<Verdict> same) {
    Verdict first = same.stream().min(Comparator.comparing(Verdict::node)).orElseThrow();
    Problem p = new Problem();
    p.reason = reason;
    p.nodes = same.size();
    p.example = first.node();
    p.message = Limits.cut(first.message(), MESSAGE);
    return p;
  }
}
