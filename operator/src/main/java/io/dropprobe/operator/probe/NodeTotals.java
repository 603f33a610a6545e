// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.NodePackets;
import io.dropprobe.operator.accounting.Rates;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sums lost and refused packets by node; a node may have several contributions. */
final class NodeTotals {
  private static final Comparator<Line> MOST_LOST_FIRST =
      Comparator.comparingLong(Line::lost)
          .thenComparingLong(Line::refused)
          .reversed()
          .thenComparing(Line::node);

  private final Map<String, Line> lines = new HashMap<>();

  private record Line(
      String node,
      long lost,
      long refused,
      @Nullable Double lostPerSecond,
      @Nullable Long traffic) {
    Line plus(Line o) {
      return new Line(
          node,
          Sums.sum(lost, o.lost),
          Sums.sum(refused, o.refused),
          Sums.sum(lostPerSecond, o.lostPerSecond),
          traffic == null || o.traffic == null ? null : Sums.sum(traffic, o.traffic));
    }

    NodePackets entry() {
      return new NodePackets(
          node, lost, refused, Rates.format(lostPerSecond), Share.of(lost, traffic));
    }
  }

  /**
   * Adds a contribution.
   *
   * @param lostPerSecond null means unknown
   */
  void add(String node, Counters counters, @Nullable Double lostPerSecond) {
    long lost = Sums.orZero(counters.lost());
    long refused = Sums.orZero(counters.refused());
    if (lost > 0 || refused > 0) {
      lines.merge(
          node, new Line(node, lost, refused, lostPerSecond, counters.traffic()), Line::plus);
    }
  }

  /**
   * The nodes with the most packets, and an entry for the rest if there is one.
   *
   * @param headline the sums of all nodes
   * @param lostPerSecond of all nodes; null means unknown
   */
  List<NodePackets> top(int n, Counters headline, @Nullable Double lostPerSecond) {
    List<Line> first = lines.values().stream().sorted(MOST_LOST_FIRST).limit(n).toList();
    List<NodePackets> list = new ArrayList<>(first.stream().map(Line::entry).toList());
    long lost =
        Sums.orZero(headline.lost()) - first.stream().mapToLong(Line::lost).reduce(0, Sums::sum);
    long refused =
        Sums.orZero(headline.refused())
            - first.stream().mapToLong(Line::refused).reduce(0, Sums::sum);
    if (lost > 0 || refused > 0) {
      list.add(
          new NodePackets(
              Names.OTHER,
              Math.max(0, lost),
              Math.max(0, refused),
              Rates.format(rest(lostPerSecond, first)),
              null));
    }
    return list;
  }

  /** Unknown if one of the parts is. */
  private static @Nullable Double rest(@Nullable Double rate, List<Line> listed) {
    double sum = 0;
    for (Line l : listed) {
      if (l.lostPerSecond == null) {
        return null;
      }
      sum += l.lostPerSecond;
    }
    return rate == null ? null : Double.valueOf(rate - sum);
  }
}
