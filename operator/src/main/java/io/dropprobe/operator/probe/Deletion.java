// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.accounting.Contribution;
import io.dropprobe.operator.accounting.Staleness;
import io.dropprobe.operator.cluster.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which nodes block the deletion of a DropProbe. All lists hold node names, sorted.
 *
 * @param waiting nodes that may still have the probe in the kernel
 * @param stale nodes that had it and have stopped reporting; they do not block
 * @param deleted Nodes that had it and no longer exist; they do not block
 */
record Deletion(List<String> waiting, List<String> stale, List<String> deleted) {
  static Deletion of(
      DropProbe probe, Snapshot cluster, Staleness staleness, Predicate<DropProbeNode> isDeleted) {
    Deletion d = new Deletion(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    holders(probe, cluster)
        .forEach(
            r -> {
              List<String> to =
                  isDeleted.test(r) ? d.deleted : staleness.test(r) ? d.stale : d.waiting;
              to.add(r.getMetadata().getName());
            });
    return d;
  }

  /** The reports by which the probe may still be in the kernel. */
  private static Stream<DropProbeNode> holders(DropProbe probe, Snapshot cluster) {
    return cluster.reports().values().stream()
        .filter(
            r ->
                Contribution.entries(r, probe.getMetadata().getUid())
                    .anyMatch(Deletion::mayBeInKernel))
        .sorted((a, b) -> a.getMetadata().getName().compareTo(b.getMetadata().getName()));
  }

  private static boolean mayBeInKernel(ProbeReport r) {
    return r.state != ProbeState.Removed && !(r.state == ProbeState.Failed && r.epoch == null);
  }
}
