package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.Problem;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What keeps nodes from counting, by reason, most nodes first; the example is the first by name.
 */
final class Problems {
  /** A status holds several: each is shorter than what a node's own report may say. */
  private static final int MESSAGE = 300;

  /** A condition's reason may be longer; the schema of a problem's is not. */
  private static final int REASON = 63;

  private static final Comparator<Problem> MOST_NODES_FIRST =
      Comparator.comparing((Problem p) -> p.nodes).reversed().thenComparing(p -> p.reason);

  private Problems() {}

  /**
   * @param installation problems of the whole, of which none is left out
   */
  static List<Problem> of(List<Verdict> verdicts, List<Problem> installation) {
    Map<String, List<Verdict>> byReason =
        verdicts.stream()
            .filter(v -> v.reason() != null)
            .collect(
                Collectors.groupingBy(
                    v -> cut(v.reason(), REASON), TreeMap::new, Collectors.toList()));
    Stream<Problem> ofNodes =
        byReason.entrySet().stream()
            .map(e -> problem(e.getKey(), e.getValue()))
            .sorted(MOST_NODES_FIRST)
            .limit(Limits.PROBLEMS - installation.size());
    return Stream.concat(ofNodes, installation.stream().map(Problems::shortened))
        .sorted(MOST_NODES_FIRST)
        .toList();
  }

  private static Problem shortened(Problem of) {
    Problem p = new Problem();
    p.reason = of.reason;
    p.nodes = of.nodes;
    p.example = of.example;
    p.message = cut(of.message, MESSAGE);
    return p;
  }

  private static Problem problem(String reason, List<Verdict> same) {
    Verdict first = same.stream().min(Comparator.comparing(Verdict::node)).orElseThrow();
    Problem p = new Problem();
    p.reason = reason;
    p.nodes = same.size();
    p.example = first.node();
    p.message = cut(first.message(), MESSAGE);
    return p;
  }

  private static String cut(String text, int most) {
    return text == null || text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }
}
