package io.dropprobe.agent.report;

import io.dropprobe.agent.count.Account;
import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.count.ReasonCatalog;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.module.NodeProblem;
import io.dropprobe.agent.probe.ProbeResult;
import io.dropprobe.agent.probe.Verdict;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Base;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.ReasonCount;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The part of the report that speaks of one probe. */
final class ProbeReports {
  private final ReasonCatalog catalog;

  ProbeReports(ReasonCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * @param account null when nothing was ever counted here: the numbers are absent then
   */
  ProbeReport of(ProbeResult p, ModuleOutcome module, Account account, boolean namesReasons) {
    ProbeReport r = new ProbeReport();
    r.name = p.wanted().name();
    r.uid = p.wanted().uid();
    r.series = p.wanted().series();
    state(r, p, module.usable() ? null : module.problem());
    if (p.there() != null) {
      r.gap = Durations.format(Duration.ofSeconds(p.there().gap()));
    }
    if (account != null) {
      numbers(r, account, p.there() != null, namesReasons);
    }
    return r;
  }

  /** A probe that is not for this node any more and out of its kernel. */
  ProbeReport removed(NodeState.Other o, Account account, boolean namesReasons) {
    ProbeReport r = new ProbeReport();
    r.name = o.name();
    r.uid = o.uid();
    r.observedGeneration = o.generation();
    r.series = account.series();
    r.state = ProbeState.Removed;
    numbers(r, account, false, namesReasons);
    return r;
  }

  /**
   * A probe that should be out of this kernel and is not.
   *
   * @param account null when nothing is known of it
   */
  ProbeReport leftover(ProbeSnapshot there, Account account, boolean namesReasons) {
    ProbeReport r = new ProbeReport();
    r.name = there.name();
    r.uid = there.uid();
    r.state = ProbeState.Failed;
    r.reason = Conditions.Node.REMOVE_FAILED;
    r.message = "could not be removed from the kernel yet; see the log of this node's agent";
    r.epoch = there.epoch();
    if (account != null) {
      r.series = account.series();
      numbers(r, account, true, namesReasons);
    }
    return r;
  }

  private static void state(ProbeReport r, ProbeResult p, NodeProblem problem) {
    if (problem != null) {
      acted(r, p, ProbeState.Failed);
      r.reason = problem.reason();
      r.message = ConditionList.cut(problem.message());
    } else if (p.verdict() instanceof Verdict.AsWanted w) {
      acted(r, p, p.wanted().state());
      r.message = w.note() == null ? null : ConditionList.cut(w.note());
    } else if (p.verdict() instanceof Verdict.Failed f) {
      acted(r, p, ProbeState.Failed);
      r.reason = f.reason();
      r.message = ConditionList.cut(f.message());
    } else if (p.verdict() instanceof Verdict.Elsewhere e) {
      acted(r, p, ProbeState.OwnedElsewhere);
      r.ownedBy = e.owner();
      r.message = ConditionList.cut(e.message());
    } else if (p.verdict() instanceof Verdict.Pending pending) {
      // No generation: this one has not been acted on, and an earlier one says nothing about now.
      r.message = ConditionList.cut(pending.message());
    }
  }

  private static void acted(ProbeReport r, ProbeResult p, ProbeState state) {
    r.observedGeneration = p.wanted().generation();
    r.state = state;
  }

  private void numbers(ProbeReport r, Account a, boolean inKernel, boolean namesReasons) {
    // Out of the kernel there is no epoch: all of it is base.
    Counts base = inKernel ? a.base() : a.total();
    Counts total = a.total();
    r.epoch = inKernel ? a.epoch() : null;
    r.base = base(base);
    r.since = a.since() == null ? null : Times.format(a.since());
    r.last = total.last() == null ? null : Times.format(total.last());
    r.packets = total.packets();
    r.segments = total.segments();
    r.bytes = total.bytes();
    r.noise = total.noise();
    r.unkeyed = total.unkeyed();
    r.reasons =
        namesReasons
            ? list(total.reasons(), total.packets(), Limits.NODE_REASONS).entrySet().stream()
                .map(
                    e ->
                        new ReasonCount(
                            e.getKey(), e.getValue(), null, catalog.classOf(e.getKey())))
                .toList()
            : null;
    r.locations =
        list(total.locations(), total.packets(), Limits.NODE_LOCATIONS).entrySet().stream()
            .map(e -> new LocationCount(e.getKey(), e.getValue()))
            .toList();
    r.stages = StageReports.of(total.stages());
  }

  private static Base base(Counts c) {
    Base b = new Base();
    b.packets = c.packets();
    b.segments = c.segments();
    b.bytes = c.bytes();
    b.noise = c.noise();
    b.unkeyed = c.unkeyed();
    return b;
  }

  /** The largest, and under {@code other} all that the headline has and the list has not. */
  private static Map<String, Long> list(Map<String, Long> all, long headline, int keep) {
    Map<String, Long> named = new TreeMap<>(all);
    named.remove(Names.OTHER);
    Map<String, Long> list = new LinkedHashMap<>();
    named.entrySet().stream()
        .filter(e -> e.getValue() > 0)
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(keep)
        .forEach(e -> list.put(e.getKey(), e.getValue()));
    long rest = headline - list.values().stream().mapToLong(Long::longValue).sum();
    if (rest > 0) {
      list.put(Names.OTHER, rest);
    }
    return list;
  }

  /** Cuts the lists of all reports to a number of entries; what is cut goes to {@code other}. */
  static void cutLists(List<ProbeReport> reports, int keep) {
    for (ProbeReport r : reports) {
      if (r.reasons != null && r.reasons.size() > keep) {
        long rest = r.reasons.stream().skip(keep).mapToLong(x -> x.packets).sum();
        r.reasons = new java.util.ArrayList<>(r.reasons.subList(0, keep));
        r.reasons.add(new ReasonCount(Names.OTHER, rest, null, null));
      }
      if (r.locations != null && r.locations.size() > keep) {
        long rest = r.locations.stream().skip(keep).mapToLong(x -> x.packets).sum();
        r.locations = new java.util.ArrayList<>(r.locations.subList(0, keep));
        r.locations.add(new LocationCount(Names.OTHER, rest));
      }
    }
  }
}
