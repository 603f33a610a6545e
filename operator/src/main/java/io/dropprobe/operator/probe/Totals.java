package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.Drops;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.NodeCount;
import io.dropprobe.api.v1alpha1.Noise;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ReasonClass;
import io.dropprobe.api.v1alpha1.ReasonCount;
import io.dropprobe.api.v1alpha1.Retired;
import io.dropprobe.api.v1alpha1.StageTotal;
import io.dropprobe.api.v1alpha1.WorkloadCount;
import io.dropprobe.operator.accounting.Contribution;
import io.dropprobe.operator.accounting.Counts;
import io.dropprobe.operator.accounting.Rates;
import io.dropprobe.operator.accounting.Span;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The numbers of a DropProbe's status: headline and top lists, from what the nodes contribute. */
final class Totals {
  private final Retired retired;
  private Counts counts;
  private Double rate;
  private String since;
  private String last;
  private final Tally<String> reasons = new Tally<>();
  private final Tally<String> nodes = new Tally<>();
  private final Tally<Workload> workloads = new Tally<>();
  private final Tally<String> locations = new Tally<>();
  private final Map<String, StageTotal> stages = new TreeMap<>();
  private final Map<String, ReasonClass> classes = new HashMap<>();

  /** Sorted by namespace, then name; packets of the host have no namespace. */
  private record Workload(String namespace, String name) implements Comparable<Workload> {
    @Override
    public int compareTo(Workload o) {
      return Comparator.comparing(
              Workload::namespace, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(Workload::name)
          .compare(this, o);
    }
  }

  /**
   * @param weight of a contribution's rates, 0 to 1
   */
  Totals(List<Contribution> contributions, Retired retired, ToDoubleFunction<Contribution> weight) {
    this.retired = retired;
    // Nothing retired is a fact, but not that nothing was counted: that only a report can say.
    this.counts = retired.nodes > 0 ? Counts.of(retired) : Counts.UNKNOWN;
    this.since = retired.since;
    this.last = retired.last;
    contributions.forEach(c -> add(c, weight.applyAsDouble(c)));
  }

  private void add(Contribution c, double weight) {
    ProbeReport r = c.share().report();
    counts = counts.plus(c.counts());
    since = Span.earlier(since, r.since);
    last = Span.later(last, r.last);
    Function<String, Double> now =
        text -> Rates.parse(text) == null ? null : Double.valueOf(Rates.parse(text) * weight);
    Double mine = c.whole() ? now.apply(r.perSecond) : null;
    nodes.add(c.share().node(), c.counts().packets(), mine);
    if (!c.whole()) {
      return;
    }
    if (mine != null) {
      rate = rate == null ? mine : rate + mine;
    }
    for (ReasonCount e : orEmpty(r.reasons)) {
      if (named(e.reason)) {
        reasons.add(e.reason, e.packets, now.apply(e.perSecond));
        classes.putIfAbsent(e.reason, e.reasonClass);
      }
    }
    for (WorkloadCount e : orEmpty(r.workloads)) {
      if (e.workload != null && (e.namespace != null || named(e.workload))) {
        workloads.add(new Workload(e.namespace, e.workload), e.packets, now.apply(e.perSecond));
      }
    }
    for (LocationCount e : orEmpty(r.locations)) {
      if (named(e.location)) {
        locations.add(e.location, e.packets, null);
      }
    }
    orEmpty(r.stages).stream()
        .filter(s -> s.stage != null && s.packets != null)
        .forEach(
            s ->
                stages.merge(s.stage, new StageTotal(s.stage, s.packets, s.segments), Totals::sum));
  }

  /** Writes numbers and lists of {@code top} entries each. */
  void into(DropProbeStatus status, int top) {
    status.retired = retired;
    if (counts.packets() == null) {
      return;
    }
    status.drops = new Drops();
    status.drops.packets = counts.packets();
    status.drops.segments = counts.segments();
    status.drops.bytes = counts.bytes();
    status.drops.perSecond = Rates.format(rate);
    status.drops.since = since;
    status.drops.last = last;
    if (counts.noise() != null) {
      status.noise = new Noise();
      status.noise.packets = counts.noise();
    }
    status.unkeyed = counts.unkeyed();
    status.topReasons =
        list(
            reasons,
            top,
            rate,
            l -> new ReasonCount(l.key(), l.packets(), l.rate(), classes.get(l.key())),
            l -> new ReasonCount(Names.OTHER, l.packets(), l.rate(), null));
    status.topNodes =
        list(
            nodes,
            top,
            rate,
            l -> new NodeCount(l.key(), l.packets(), l.rate()),
            l -> new NodeCount(Names.OTHER, l.packets(), l.rate()));
    // Where no packet is attributed, a list that says "other" would look like an answer.
    status.topWorkloads =
        workloads.isEmpty()
            ? null
            : list(
                workloads,
                top,
                rate,
                l -> new WorkloadCount(l.key().namespace(), l.key().name(), l.packets(), l.rate()),
                l -> new WorkloadCount(null, Names.OTHER, l.packets(), l.rate()));
    status.topLocations =
        list(
            locations,
            top,
            null,
            l -> new LocationCount(l.key(), l.packets()),
            l -> new LocationCount(Names.OTHER, l.packets()));
    status.stages =
        stages.isEmpty() ? null : stages.values().stream().limit(Limits.NODE_STAGES).toList();
  }

  private <K extends Comparable<K>, E> List<E> list(
      Tally<K> tally,
      int top,
      Double rate,
      Function<Tally.Line<K>, E> named,
      Function<Tally.Line<K>, E> other) {
    return tally.top(top, counts.packets(), rate).stream()
        .map(l -> l.key() == null ? other.apply(l) : named.apply(l))
        .toList();
  }

  private static StageTotal sum(StageTotal a, StageTotal b) {
    return new StageTotal(
        a.stage, Counts.sum(a.packets, b.packets), Counts.sum(a.segments, b.segments));
  }

  private static boolean named(String key) {
    return key != null && !key.equals(Names.OTHER);
  }

  private static <T> List<T> orEmpty(List<T> list) {
    return list == null ? List.of() : list;
  }
}
