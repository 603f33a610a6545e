package io.dropprobe.operator.agents;

import io.dropprobe.api.rules.Folding;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.accounting.EarlierReports;
import io.dropprobe.operator.accounting.Share;
import io.dropprobe.operator.cluster.NodeFacts;
import io.dropprobe.operator.cluster.Snapshot;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which DropProbeNodes have served their purpose. */
final class ReportRemoval {
  private ReportRemoval() {}

  /**
   * Reports to delete: of nodes that are gone, once every probe has folded their share in; and of
   * nodes where no agent runs any more, when they hold nothing of any probe. Agents run on more
   * nodes than the probes select, see {@link AgentPlacement#covers}: what is deleted there is
   * written anew.
   *
   * @param gone whether the Node of a report does not exist any more
   */
  static List<DropProbeNode> of(Snapshot cluster, Predicate<DropProbeNode> gone) {
    return cluster.reports().values().stream()
        .filter(
            r ->
                // Only the last may ask the API server.
                (cluster.isOfEarlierNode(r)
                        && hasFolded(cluster, EarlierReports.with(r))
                        && gone.test(r))
                    || isLeftOver(r, cluster))
        .toList();
  }

  private static boolean hasFolded(Snapshot cluster, Stream<DropProbeNode> reports) {
    return reports.allMatch(r -> cluster.probes().values().stream().noneMatch(p -> needs(p, r)));
  }

  private static boolean needs(DropProbe probe, DropProbeNode report) {
    var status = report.getStatus();
    return Folding.needs(probe, status == null ? null : status.probes, Share.owner(report));
  }

  /** An agent makes the object first, and then writes into it: not to be deleted in between. */
  private static boolean isWritten(DropProbeNode report) {
    return report.getStatus() != null && report.getStatus().reportedAt != null;
  }

  private static boolean isLeftOver(DropProbeNode report, Snapshot cluster) {
    NodeFacts node = cluster.nodes().get(report.getMetadata().getName());
    return node != null
        && isWritten(report)
        && AgentPlacement.isClean(report)
        && hasFolded(cluster, EarlierReports.with(report).skip(1))
        && !AgentPlacement.covers(cluster.probes().values(), node)
        && cluster.probes().values().stream()
            .noneMatch(p -> Share.entries(report, p.getMetadata().getUid()).findAny().isPresent());
  }
}
