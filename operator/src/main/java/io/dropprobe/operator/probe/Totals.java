// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.rules.Largest;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.CauseCount;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.Packets;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.Retired;
import io.dropprobe.api.v1alpha1.StageCount;
import io.dropprobe.api.v1alpha1.StageTotal;
import io.dropprobe.api.v1alpha1.Summary;
import io.dropprobe.operator.accounting.CountedContribution;
import io.dropprobe.operator.accounting.Rates;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The numbers of a DropProbe's status: headline and top lists, summed over the nodes. */
final class Totals {
  private final Retired retired;
  private Counters counters;
  private @Nullable String since;
  private @Nullable String lastLoss;
  private final Map<Effect, Double> rates = new EnumMap<>(Effect.class);
  private final CauseTally causes = new CauseTally();
  private final NodeTotals nodes = new NodeTotals();
  private final Map<String, Long> locations = new HashMap<>();
  private final Map<String, StageTotal> stages = new TreeMap<>();
  private final Map<String, Integer> nodesOfStage = new HashMap<>();

  /**
   * @param weight of a contribution's rates, 0 to 1
   */
  Totals(
      List<CountedContribution> contributions,
      Retired retired,
      ToDoubleFunction<CountedContribution> weight) {
    this.retired = retired;
    // Without a retired node nothing is known yet: only a report can say that the count is 0.
    this.counters = Sums.orZero(retired.nodes) > 0 ? retired.counters() : Counters.UNKNOWN;
    this.since = retired.since;
    this.lastLoss = retired.lastLoss;
    contributions.forEach(c -> add(c, weight.applyAsDouble(c)));
  }

  private void add(CountedContribution c, double weight) {
    ProbeReport r = c.contribution().report();
    counters = counters.plus(c.counters());
    since = Times.earlier(since, r.since);
    lastLoss = Times.later(lastLoss, r.lastLoss);
    Double lostPerSecond = c.whole() ? rate(r.lostPerSecond, weight) : null;
    nodes.add(c.contribution().node(), c.counters(), lostPerSecond);
    if (!c.whole()) {
      return;
    }
    add(Effect.Lost, lostPerSecond);
    add(Effect.Refused, rate(r.refusedPerSecond, weight));
    addLists(r, weight);
    Set<String> listed = new HashSet<>();
    for (StageCount s : Lists.orEmpty(r.stages)) {
      if (s.stage != null && s.packets != null) {
        stages.merge(s.stage, new StageTotal(s.stage, s.packets, s.segments), Totals::sum);
        listed.add(s.stage);
      }
    }
    listed.forEach(name -> nodesOfStage.merge(name, 1, Integer::sum));
  }

  /**
   * At most the packets that the numbers of the report have, so that a list cannot hide other
   * nodes' packets.
   */
  private void addLists(ProbeReport r, double weight) {
    Map<Effect, Long> left = new EnumMap<>(Effect.class);
    for (CauseCount e : Lists.orEmpty(r.causes)) {
      if (e.effect != null) {
        long all = left.computeIfAbsent(e.effect, f -> Sums.orZero(r.counters().of(f)));
        long packets = Math.min(all, Sums.orZero(e.packets));
        left.put(e.effect, all - packets);
        causes.add(e, packets, rate(e.perSecond, weight));
      }
    }
    long unlisted = Sums.orZero(r.counters().unnoisyFrees());
    for (LocationCount e : Lists.orEmpty(r.locations)) {
      long packets = Math.min(unlisted, Sums.orZero(e.packets));
      if (e.location != null && packets > 0) {
        locations.merge(e.location, packets, Sums::sum);
        unlisted -= packets;
      }
    }
  }

  private void add(Effect effect, @Nullable Double perSecond) {
    if (perSecond != null) {
      rates.merge(effect, perSecond, Double::sum);
    }
  }

  /** Sets the numbers of a status, with lists of {@code top} entries each. */
  void into(DropProbeStatus status, int top) {
    status.retired = retired;
    if (counters.lost() == null) {
      return;
    }
    status.packets = new Packets();
    status.packets.assign(counters);
    status.packets.lostPerSecond = Rates.format(rates.get(Effect.Lost));
    status.packets.refusedPerSecond = Rates.format(rates.get(Effect.Refused));
    status.packets.lostShare = Share.of(counters.lost(), counters.traffic());
    status.packets.since = since;
    status.packets.lastLoss = lastLoss;
    String topCause = causes.top();
    status.summary = topCause == null ? null : new Summary(topCause);
    status.topCauses = causes.top(top, counters, rates);
    status.topNodes = nodes.top(top, counters, rates.get(Effect.Lost));
    status.topLocations =
        Largest.of(locations, top, Sums.orZero(counters.unnoisyFrees())).entrySet().stream()
            .map(e -> new LocationCount(e.getKey(), e.getValue()))
            .toList();
    status.stages = stages.isEmpty() ? null : mostReportedStages();
  }

  /** By name. If there are too many, one node's invented names must not displace real stages. */
  private List<StageTotal> mostReportedStages() {
    Comparator<Map.Entry<String, StageTotal>> byNodes =
        Comparator.comparing(e -> nodesOfStage.getOrDefault(e.getKey(), 0));
    return stages.entrySet().stream()
        .sorted(byNodes.reversed())
        .limit(Limits.NODE_STAGES)
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .toList();
  }

  private static @Nullable Double rate(@Nullable String text, double weight) {
    Double rate = Rates.parse(text);
    return rate == null ? null : Double.valueOf(rate * weight);
  }

  private static StageTotal sum(StageTotal a, StageTotal b) {
    StageTotal sum = new StageTotal();
    sum.stage = a.stage;
    sum.packets = Sums.sum(a.packets, b.packets);
    sum.segments = Sums.sum(a.segments, b.segments);
    return sum;
  }
}
