package io.dropprobe.agent.api;

import io.dropprobe.api.rules.Folding;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What earlier Nodes of this name had counted and the operator has not folded in yet. The report of
 * the present Node carries it, or it would be lost with the report that it replaces.
 *
 * @param object uid of the DropProbeNode that they stand in; null where there is none
 * @param list oldest first
 */
record Predecessors(String object, List<Predecessor> list) {
  static final Predecessors NONE = new Predecessors(null, List.of());

  /**
   * Those of a report that is about to be replaced.
   *
   * @param existing null is none
   * @param nodeUid of the Node whose report comes next
   */
  static Predecessors of(DropProbeNode existing, String nodeUid) {
    if (existing == null || existing.getStatus() == null) {
      return NONE;
    }
    DropProbeNodeStatus status = existing.getStatus();
    List<Predecessor> list =
        new ArrayList<>(status.predecessors == null ? List.of() : status.predecessors);
    if (status.nodeUID != null && !status.nodeUID.equals(nodeUid)) {
      Predecessor last = of(status);
      if (!last.probes.isEmpty()) {
        list.add(last);
      }
    }
    return new Predecessors(existing.getMetadata().getUid(), List.copyOf(list));
  }

  private static Predecessor of(DropProbeNodeStatus status) {
    Predecessor p = new Predecessor();
    p.nodeUID = status.nodeUID;
    p.bootID = status.kernel == null ? null : status.kernel.bootID;
    List<ProbeReport> probes = status.probes == null ? List.of() : status.probes;
    p.probes = probes.stream().filter(Predecessors::counted).map(Predecessors::headline).toList();
    return p;
  }

  private static boolean counted(ProbeReport p) {
    return !p.counters().isEmpty();
  }

  private static ProbeReport headline(ProbeReport of) {
    ProbeReport p = new ProbeReport();
    p.name = of.name;
    p.uid = of.uid;
    p.series = of.series;
    p.epoch = of.epoch;
    p.base = of.base;
    p.since = of.since;
    p.last = of.last;
    p.assign(of.counters());
    return p;
  }

  /**
   * Without those that no DropProbe has a use for any more: each has folded them in, is deleted, or
   * counts another series.
   *
   * @param probes all DropProbes
   */
  Predecessors unfolded(Collection<DropProbe> probes) {
    List<Predecessor> rest =
        list.stream().filter(p -> probes.stream().anyMatch(d -> needs(d, p))).toList();
    return rest.size() == list.size() ? this : new Predecessors(object, rest);
  }

  private boolean needs(DropProbe probe, Predecessor p) {
    return Folding.needs(probe, p.probes, Folding.key(object, p.nodeUID));
  }

  /** For the report; null when there are none. */
  List<Predecessor> orNull() {
    return list.isEmpty() ? null : list;
  }
}
