// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.Drops;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.NodeDrops;
import io.dropprobe.api.v1alpha1.Noise;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ReasonClass;
import io.dropprobe.api.v1alpha1.ReasonCount;
import io.dropprobe.api.v1alpha1.Retired;
import io.dropprobe.api.v1alpha1.StageCount;
import io.dropprobe.api.v1alpha1.StageTotal;
import io.dropprobe.operator.accounting.CountedContribution;
import io.dropprobe.operator.accounting.Rates;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The numbers of a DropProbe's status: headline and top lists, summed over the nodes. */
final class Totals {
  private final Retired retired;
  private Counters counters;
  private @Nullable Double rate;
  private @Nullable String since;
  private @Nullable String last;
  private final Tally reasons = new Tally();
  private final Tally nodes = new Tally();
  private final Tally locations = new Tally();
  private final Map<String, StageTotal> stages = new TreeMap<>();
  private final Map<String, Integer> nodesOfStage = new HashMap<>();
  private final Map<String, ReasonClass> classes = new HashMap<>();

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
    this.last = retired.last;
    contributions.forEach(c -> add(c, weight.applyAsDouble(c)));
  }

  private void add(CountedContribution c, double weight) {
    ProbeReport r = c.contribution().report();
    counters = counters.plus(c.counters());
    since = Times.earlier(since, r.since);
    last = Times.later(last, r.last);
    Double own = c.whole() ? rate(r.perSecond, weight) : null;
    nodes.add(c.contribution().node(), c.counters().packets(), own);
    if (!c.whole()) {
      return;
    }
    rate = Sums.sum(rate, own);
    for (ReasonCount e : orEmpty(r.reasons)) {
      reasons.add(e.reason, e.packets, rate(e.perSecond, weight));
      if (e.reason != null && e.reasonClass != null) {
        classes.putIfAbsent(e.reason, e.reasonClass);
      }
    }
    orEmpty(r.locations).forEach(e -> locations.add(e.location, e.packets, null));
    Set<String> listed = new HashSet<>();
    for (StageCount s : orEmpty(r.stages)) {
      if (s.stage != null && s.packets != null) {
        stages.merge(s.stage, new StageTotal(s.stage, s.packets, s.segments), Totals::sum);
        listed.add(s.stage);
      }
    }
    listed.forEach(name -> nodesOfStage.merge(name, 1, Integer::sum));
  }

  /** Sets the numbers of a status, with lists of {@code top} entries each. */
  void into(DropProbeStatus status, int top) {
    status.retired = retired;
    Long total = counters.packets();
    if (total == null) {
      return;
    }
    status.drops = new Drops();
    status.drops.packets = total;
    status.drops.segments = counters.segments();
    status.drops.bytes = counters.bytes();
    status.drops.perSecond = Rates.format(rate);
    status.drops.since = since;
    status.drops.last = last;
    if (counters.noise() != null) {
      status.noise = new Noise();
      status.noise.packets = counters.noise();
    }
    status.unkeyed = counters.unkeyed();
    status.topReasons =
        list(
            reasons,
            top,
            total,
            rate,
            l -> new ReasonCount(l.name(), l.packets(), l.rate(), classOf(l)));
    status.topNodes =
        list(nodes, top, total, rate, l -> new NodeDrops(l.name(), l.packets(), l.rate()));
    status.topLocations =
        list(locations, top, total, null, l -> new LocationCount(l.name(), l.packets()));
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

  private @Nullable ReasonClass classOf(Tally.Line line) {
    return line.name().equals(Names.OTHER) ? null : classes.get(line.name());
  }

  private static <E> List<E> list(
      Tally tally, int top, long total, @Nullable Double rate, Function<Tally.Line, E> entry) {
    return tally.top(top, total, rate).stream().map(entry).toList();
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

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }
}
