// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import io.dropprobe.api.rules.Folding;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts of earlier Nodes of this name that the operator has not folded into the DropProbes yet.
 * The report of the present Node carries them, because it replaces the report that has them.
 *
 * @param object UID of the DropProbeNode that they were read from; null means none
 * @param list oldest first
 */
record Predecessors(@Nullable String object, List<Predecessor> list) {
  static final Predecessors NONE = new Predecessors(null, List.of());

  /**
   * Reads the predecessors from a report that is about to be replaced.
   *
   * @param existing null means none
   * @param nodeUid UID of the Node whose report replaces it
   */
  static Predecessors of(@Nullable DropProbeNode existing, @Nullable String nodeUid) {
    if (existing == null || existing.getStatus() == null) {
      return NONE;
    }
    DropProbeNodeStatus status = existing.getStatus();
    List<Predecessor> list = new ArrayList<>(Lists.orEmpty(status.predecessors));
    if (status.nodeUID != null && !status.nodeUID.equals(nodeUid)) {
      Predecessor last = of(status);
      if (last.probes != null && !last.probes.isEmpty()) {
        list.add(last);
      }
    }
    return new Predecessors(existing.getMetadata().getUid(), List.copyOf(list));
  }

  private static Predecessor of(DropProbeNodeStatus status) {
    Predecessor p = new Predecessor();
    p.nodeUID = status.nodeUID;
    p.bootID = status.kernel == null ? null : status.kernel.bootID;
    List<ProbeReport> probes = Lists.orEmpty(status.probes);
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
    p.lastLoss = of.lastLoss;
    p.assign(of.counters());
    return p;
  }

  /**
   * Without the predecessors that no DropProbe needs: it has folded them in, is deleted, or counts
   * another series.
   *
   * @param probes all DropProbes
   */
  Predecessors unfolded(Collection<DropProbe> probes) {
    List<Predecessor> rest =
        list.stream().filter(p -> probes.stream().anyMatch(d -> needs(d, p))).toList();
    return rest.size() == list.size() ? this : new Predecessors(object, rest);
  }

  private boolean needs(DropProbe probe, Predecessor p) {
    return object != null && Folding.needs(probe, p.probes, Folding.key(object, p.nodeUID));
  }

  /** The list for the report; null means empty. */
  @Nullable List<Predecessor> orNull() {
    return list.isEmpty() ? null : list;
  }
}
