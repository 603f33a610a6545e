// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.api.catalog.Cause;
import io.dropprobe.api.catalog.CounterRule;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.Direction;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Adds packets to counts. The number of names is bounded; a cause that has one keeps it. */
final class CountsBuilder {
  /** Most causes, before {@link CauseKey#other}. */
  static final int CAUSES = 512;

  /** Most functions; packets of later ones are in the causes only. */
  static final int LOCATIONS = 256;

  private Counters counters;
  private @Nullable Instant lastLoss;
  private final Map<CauseKey, Freed> causes;
  private final Map<String, Long> locations;
  private Map<String, Stage> stages;

  private CountsBuilder(Counts from) {
    this.counters = from.counters();
    this.lastLoss = from.lastLoss();
    this.causes = new HashMap<>(from.causes());
    this.locations = new HashMap<>(from.locations());
    this.stages = from.stages();
  }

  /** Counts and judged growth. */
  static Counts plus(Counts counts, Map<Key, PacketCounters> growth, Judge judge) {
    if (growth.isEmpty()) {
      return counts;
    }
    CountsBuilder sum = new CountsBuilder(counts);
    growth.forEach((key, packets) -> sum.add(key, packets, judge.causeOf(key.free())));
    return sum.build();
  }

  /**
   * Counts and packets whose cause is a counter of the kernel.
   *
   * @param at when the counters were read: about then, packets without a free were lost
   */
  static Counts plus(Counts counts, List<Tally.Shown> shown, Instant at) {
    if (shown.isEmpty()) {
      return counts;
    }
    CountsBuilder sum = new CountsBuilder(counts);
    for (Tally.Shown s : shown) {
      if (s.key() == null) {
        sum.addSilent(s.rule(), s.packets().packets(), at);
      } else {
        sum.add(s.key(), s.packets(), s.rule().cause());
      }
    }
    return sum.build();
  }

  /**
   * Counts, grown to as many packets as newer ones of the same packets. Where each effect of the
   * newer counts is at least as large, they are taken, with the names of the older ones. Otherwise
   * another catalogue has judged: the older ones stay, and the growth is Unclear.
   */
  static Counts grown(Counts counts, Counts newer) {
    CountsBuilder sum = new CountsBuilder(counts);
    if (!newer.covers(counts)) {
      sum.addUnclear(newer);
      return sum.build();
    }
    if (detailed(newer, counts)) {
      // The lists of a report are cut; what was named before it was written must stay named.
      sum.takeNames(newer);
    }
    sum.raiseTo(newer);
    return sum.build();
  }

  /** Whether all packets of counts have a cause, and each name of older ones has as many there. */
  private static boolean detailed(Counts counts, Counts older) {
    boolean all =
        Arrays.stream(Effect.values())
            .allMatch(
                e ->
                    counts.of(e)
                        == packets(counts.causes(), e).values().stream().reduce(0L, Sums::sum));
    return all
        && older.causes().entrySet().stream()
            .allMatch(
                e ->
                    e.getKey().isOther()
                        || e.getValue().packets()
                            <= counts.causes().getOrDefault(e.getKey(), Freed.NONE).packets())
        && older.locations().entrySet().stream()
            .allMatch(
                e ->
                    e.getKey().equals(Names.OTHER)
                        || e.getValue() <= counts.locations().getOrDefault(e.getKey(), 0L));
  }

  /** Counts, but no number smaller than in others of the same packets, which were reported. */
  static Counts atLeast(Counts floor, Counts counts) {
    if (!floor.covers(counts)) {
      return grown(floor, counts);
    }
    CountsBuilder sum = new CountsBuilder(counts);
    sum.raiseTo(floor);
    return sum.build();
  }

  private void takeNames(Counts of) {
    causes.clear();
    causes.putAll(of.causes());
    locations.clear();
    locations.putAll(of.locations());
  }

  private Counts build() {
    return new Counts(counters, lastLoss, causes, locations, stages);
  }

  private void add(Key key, PacketCounters p, Cause cause) {
    String function = key.free().function();
    if (cause.effect() == Effect.Lost) {
      counters = counters.plus(Counters.onlyLost(p.packets(), p.segments(), p.bytes()));
      lastLoss = Times.later(lastLoss, p.last());
    } else {
      counters = counters.plus(Counters.only(cause.effect(), p.packets()));
    }
    name(CauseKey.of(cause, key.direction()), p.packets(), function);
    if (cause.effect() != Effect.Noise && function != null) {
      locate(function, p.packets());
    }
  }

  private void addSilent(CounterRule rule, long packets, Instant at) {
    counters = counters.plus(Counters.onlySilent(packets));
    lastLoss = Times.later(lastLoss, at);
    Direction direction = rule.in() ? Direction.In : Direction.Out;
    name(CauseKey.of(rule.cause(), direction), packets, null);
  }

  /** Adds what newer counts of the same packets have more, as packets of an unknown effect. */
  private void addUnclear(Counts newer) {
    long packets = newer.everything() - Sums.orZero(counters.everything());
    if (packets > 0) {
      counters = counters.plus(Counters.only(Effect.Unclear, packets));
      name(CauseKey.other(Effect.Unclear), packets, null);
    }
    Counters c = newer.counters();
    counters = counters.max(Counters.UNKNOWN.with(null, c.undecided(), c.unkeyed()));
    stages = Stage.larger(stages, newer.stages());
  }

  /**
   * Adds what larger counts of the same packets have more, under the names under which they have
   * more.
   *
   * @param larger no effect of it is smaller
   */
  private void raiseTo(Counts larger) {
    long located = unnoisyFrees(larger.counters()) - unnoisyFrees(counters);
    Shares.of(located, locations, larger.locations()).forEach(this::locate);
    for (Effect effect : Effect.values()) {
      Map<CauseKey, Long> named = packets(causes, effect);
      // Counts of earlier epochs that were read from a report have no names of their own.
      long growth = larger.of(effect) - named.values().stream().reduce(0L, Sums::sum);
      for (var share : Shares.of(growth, named, packets(larger.causes(), effect)).entrySet()) {
        name(share.getKey(), share.getValue(), location(larger, share.getKey()));
        growth -= share.getValue();
      }
      name(CauseKey.other(effect), growth, null);
    }
    counters = counters.max(larger.counters());
    lastLoss = Times.later(lastLoss, larger.lastLoss());
    stages = Stage.larger(stages, larger.stages());
  }

  private static @Nullable String location(Counts counts, CauseKey key) {
    return counts.causes().getOrDefault(key, Freed.NONE).location();
  }

  private static long unnoisyFrees(Counters c) {
    return Sums.orZero(c.unnoisyFrees());
  }

  private static Map<CauseKey, Long> packets(Map<CauseKey, Freed> causes, Effect effect) {
    return causes.entrySet().stream()
        .filter(e -> e.getKey().effect() == effect)
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().packets()));
  }

  private void name(CauseKey key, long packets, @Nullable String function) {
    if (packets > 0) {
      boolean named = causes.containsKey(key) || causes.size() < CAUSES;
      causes.merge(
          named ? key : CauseKey.other(key.effect()),
          Freed.NONE.plus(packets, named ? function : null),
          Freed::plus);
    }
  }

  private void locate(String function, long packets) {
    if (locations.containsKey(function) || locations.size() < LOCATIONS) {
      locations.merge(function, packets, Sums::sum);
    }
  }
}
