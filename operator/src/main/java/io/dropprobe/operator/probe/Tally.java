package io.dropprobe.operator.probe;

import io.dropprobe.operator.accounting.Counts;
import io.dropprobe.operator.accounting.Rates;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Sums packets and rates by key, and gives the largest, the rest in one entry, so that a list sums
 * to its headline.
 *
 * @param <K> sorted by itself where packets are equal, so that the same input gives the same list
 */
final class Tally<K extends Comparable<K>> {
  private final TreeMap<K, Line<K>> lines = new TreeMap<>();

  /**
   * One entry of the list.
   *
   * @param key null for the rest
   * @param perSecond null when unknown
   */
  record Line<K>(K key, long packets, Double perSecond) {
    String rate() {
      return Rates.format(perSecond);
    }
  }

  /**
   * @param packets null or 0 adds nothing
   * @param perSecond null when unknown
   */
  void add(K key, Long packets, Double perSecond) {
    if (packets != null && packets > 0) {
      lines.merge(
          key,
          new Line<>(key, packets, perSecond),
          (a, b) ->
              new Line<>(key, Counts.sum(a.packets, b.packets), sum(a.perSecond, b.perSecond)));
    }
  }

  /** Whether no key has a packet. */
  boolean isEmpty() {
    return lines.isEmpty();
  }

  /**
   * The largest, and the rest when there is one.
   *
   * @param total packets of the headline
   * @param rate of the headline; null when unknown
   */
  List<Line<K>> top(int n, long total, Double rate) {
    List<Line<K>> top =
        new ArrayList<>(
            lines.values().stream()
                .sorted(Comparator.comparingLong((Line<K> l) -> l.packets).reversed())
                .limit(n)
                .toList());
    long rest = total - top.stream().mapToLong(Line::packets).reduce(0, Counts::sum);
    if (rest > 0) {
      top.add(new Line<>(null, rest, restOf(rate, top)));
    }
    return top;
  }

  /** Unknown when one of the parts is. */
  private static <K> Double restOf(Double rate, List<Line<K>> top) {
    if (rate == null || top.stream().anyMatch(l -> l.perSecond == null)) {
      return null;
    }
    return rate - top.stream().mapToDouble(Line::perSecond).sum();
  }

  private static Double sum(Double a, Double b) {
    if (a == null) {
      return b;
    }
    return b == null ? a : Double.valueOf(a + b);
  }
}
