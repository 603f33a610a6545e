// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.CauseCount;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.operator.accounting.Rates;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sums packets and rates by cause. Noise is not listed. */
final class CauseTally {
  private static final List<Effect> LISTED = List.of(Effect.Lost, Effect.Refused, Effect.Unclear);

  /** A reason of a kernel, and the function if the catalogue names one. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+(@[A-Za-z0-9_]+)?");

  /** See docs/decisions/0306-lost-causes-first.md. */
  private static final Comparator<Line> LOST_FIRST =
      Comparator.comparing((Line l) -> l.key.effect == Effect.Lost)
          .thenComparingDouble(Line::rate)
          .thenComparingLong(l -> l.packets)
          .reversed()
          .thenComparing(l -> l.key.toString());

  private final Map<Key, Line> lines = new HashMap<>();

  private record Key(String cause, Effect effect, @Nullable DropClass dropClass) {}

  private static final class Line {
    private final Key key;
    private final Map<String, Long> locations = new HashMap<>();
    private long packets;
    private @Nullable Double perSecond;

    Line(Key key) {
      this.key = key;
    }

    /** A rate that is not known counts as 0. */
    double rate() {
      return perSecond == null ? 0 : perSecond;
    }

    CauseCount entry() {
      CauseCount entry = new CauseCount(key.cause, key.effect, key.dropClass, location(), packets);
      entry.perSecond = Rates.format(perSecond);
      return entry;
    }

    private @Nullable String location() {
      return locations.entrySet().stream()
          .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
          .map(Map.Entry::getKey)
          .orElse(null);
    }
  }

  /**
   * Adds an entry of a report. One without a name, without packets, or of effect Noise adds
   * nothing, and neither does one with a name that no agent writes.
   *
   * @param packets as many of its packets as the report's number of the effect has
   * @param perSecond its rate; null means unknown
   */
  void add(CauseCount c, long packets, @Nullable Double perSecond) {
    if (c.cause == null
        || c.effect == null
        || !LISTED.contains(c.effect)
        || c.cause.equals(Names.OTHER)
        || !NAME.matcher(c.cause).matches()
        || packets <= 0) {
      return;
    }
    boolean fits = c.dropClass != null && c.dropClass.effect() == c.effect;
    Key key = new Key(c.cause, c.effect, fits ? c.dropClass : null);
    Line line = lines.computeIfAbsent(key, Line::new);
    line.packets = Sums.sum(line.packets, packets);
    line.perSecond = Sums.sum(line.perSecond, perSecond);
    if (c.location != null) {
      line.locations.merge(c.location, packets, Sums::sum);
    }
  }

  /** The first cause of the list; null if there is none. */
  @Nullable String top() {
    return lines.values().stream().min(LOST_FIRST).map(l -> l.key.cause).orElse(null);
  }

  /**
   * The first causes, and an entry for the rest of each effect that has one.
   *
   * @param headline the sums of the effects
   * @param rates of the effects; an effect without one has no known rate
   */
  List<CauseCount> top(int n, Counters headline, Map<Effect, Double> rates) {
    List<Line> first = lines.values().stream().sorted(LOST_FIRST).limit(n).toList();
    List<CauseCount> list = new ArrayList<>(first.stream().map(Line::entry).toList());
    for (Effect effect : LISTED) {
      List<Line> same = first.stream().filter(l -> l.key.effect == effect).toList();
      long listed = same.stream().mapToLong(l -> l.packets).reduce(0, Sums::sum);
      long rest = Sums.orZero(headline.of(effect)) - listed;
      if (rest > 0) {
        CauseCount other = new CauseCount(Names.OTHER, effect, null, null, rest);
        other.perSecond = Rates.format(rest(rates.get(effect), same));
        list.add(other);
      }
    }
    return list;
  }

  /** Unknown if one of the parts is. */
  private static @Nullable Double rest(@Nullable Double rate, List<Line> listed) {
    if (rate == null || listed.stream().anyMatch(l -> l.perSecond == null)) {
      return null;
    }
    return rate - listed.stream().mapToDouble(Line::rate).sum();
  }
}
