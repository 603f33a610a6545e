// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.rules.Largest;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.operator.accounting.Rates;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sums packets and rates by name, for a top list. */
final class Tally {
  private final Map<String, Line> lines = new HashMap<>();

  /**
   * One entry of the list.
   *
   * @param name {@link Names#OTHER} for the rest
   * @param perSecond null means unknown
   */
  record Line(String name, long packets, @Nullable Double perSecond) {
    @Nullable String rate() {
      return Rates.format(perSecond);
    }
  }

  /**
   * Adds an entry of a report.
   *
   * @param name null, and {@link Names#OTHER}, add nothing
   * @param packets null and 0 add nothing
   * @param perSecond null means unknown
   */
  void add(@Nullable String name, @Nullable Long packets, @Nullable Double perSecond) {
    if (name != null && packets != null && packets > 0 && !name.equals(Names.OTHER)) {
      lines.merge(
          name,
          new Line(name, packets, perSecond),
          (a, b) ->
              new Line(name, Sums.sum(a.packets, b.packets), Sums.sum(a.perSecond, b.perSecond)));
    }
  }

  /**
   * Returns the largest entries, and one for the rest if there is a rest.
   *
   * @param total packets of the headline
   * @param rate of the headline; null means unknown
   */
  List<Line> top(int n, long total, @Nullable Double rate) {
    Largest<Line> top = Largest.of(lines.values(), Line::name, Line::packets, n, total);
    return top.with(rest -> new Line(Names.OTHER, rest, restOf(rate, top.entries())));
  }

  /** Unknown if one of the parts is. */
  private static @Nullable Double restOf(@Nullable Double rate, List<Line> top) {
    if (rate == null || top.stream().anyMatch(l -> l.perSecond == null)) {
      return null;
    }
    return rate - top.stream().mapToDouble(Line::perSecond).sum();
  }
}
