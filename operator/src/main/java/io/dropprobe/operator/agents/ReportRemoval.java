// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.rules.Folding;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.accounting.Contribution;
import io.dropprobe.operator.accounting.EarlierReports;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which DropProbeNodes are no longer needed. */
final class ReportRemoval {
  private ReportRemoval() {}

  /**
   * Returns the reports to delete: those of deleted Nodes, once every probe has folded their
   * counts; and those of nodes where no agent runs any more, if they hold no counts of any probe.
   * Agents run on more nodes than the probes select, see {@link AgentPlacement#covers}; a report
   * that is deleted there would be written again.
   *
   * @param kept names of nodes where the pod template keeps an agent
   * @param deleted whether the Node of a report no longer exists
   */
  static List<DropProbeNode> of(
      Snapshot cluster, Set<String> kept, Predicate<DropProbeNode> deleted) {
    return cluster.reports().values().stream()
        .filter(
            r ->
                // Last, because it may ask the API server.
                (cluster.isOfEarlierNode(r)
                        && hasFolded(cluster, EarlierReports.with(r))
                        && deleted.test(r))
                    || (isOrphaned(r, cluster) && !kept.contains(r.getMetadata().getName())))
        .toList();
  }

  private static boolean hasFolded(Snapshot cluster, Stream<DropProbeNode> reports) {
    return reports.allMatch(r -> cluster.probes().values().stream().noneMatch(p -> needs(p, r)));
  }

  private static boolean needs(DropProbe probe, DropProbeNode report) {
    var status = report.getStatus();
    return Folding.needs(
        probe, status == null ? null : status.probes, Contribution.foldingKey(report));
  }

  /** False between the creation of a report and its first status; not to be deleted then. */
  private static boolean isWritten(DropProbeNode report) {
    return report.getStatus() != null && report.getStatus().reportedAt != null;
  }

  private static boolean isOrphaned(DropProbeNode report, Snapshot cluster) {
    ClusterNode node = cluster.nodes().get(report.getMetadata().getName());
    return node != null
        && isWritten(report)
        && AgentPlacement.isClean(report)
        && hasFolded(cluster, EarlierReports.with(report).skip(1))
        && !AgentPlacement.covers(cluster.probes().values(), node)
        && cluster.probes().values().stream()
            .noneMatch(
                p -> Contribution.entries(report, p.getMetadata().getUid()).findAny().isPresent());
  }
}
