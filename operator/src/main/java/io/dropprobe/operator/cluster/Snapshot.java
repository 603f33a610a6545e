// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import io.dropprobe.api.rules.NodeSelection;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.accounting.Contribution;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cluster at one moment, by name. Must not be modified.
 *
 * @param probes including those being deleted
 */
public record Snapshot(
    Map<String, ClusterNode> nodes,
    Map<String, DropProbeNode> reports,
    Map<String, DropProbe> probes) {

  /**
   * Returns the report of an existing node.
   *
   * @return null means that there is none, or only one of an earlier Node of this name
   */
  public @Nullable DropProbeNode reportOf(ClusterNode node) {
    DropProbeNode report = reports.get(node.name());
    return report == null || ofEarlierNode(report, node) ? null : report;
  }

  /** Whether a report is about a deleted Node of the same name. */
  public static boolean ofEarlierNode(DropProbeNode report, ClusterNode node) {
    return report.getStatus() != null
        && report.getStatus().nodeUID != null
        && !node.uid().isEmpty()
        && !report.getStatus().nodeUID.equals(node.uid());
  }

  /**
   * Returns the bootID that the Node of a report has in its status.
   *
   * @return empty if it has none; null means that this Node no longer exists
   */
  public @Nullable String bootIdOf(DropProbeNode report) {
    ClusterNode node = nodes.get(report.getMetadata().getName());
    return node == null || ofEarlierNode(report, node) ? null : node.bootId();
  }

  /** Whether the Node of a report does not exist, or another one has its name. */
  public boolean isOfEarlierNode(DropProbeNode report) {
    return bootIdOf(report) == null;
  }

  /** The nodes that a probe selects, also those where no agent can run, sorted by name. */
  public List<ClusterNode> selectedBy(DropProbe probe) {
    return nodes.values().stream()
        .filter(n -> selects(probe, n))
        .sorted(Comparator.comparing(ClusterNode::name))
        .toList();
  }

  /** Number of nodes that run an agent and so write reports. */
  public int agents() {
    return (int)
        nodes.values().stream()
            .filter(n -> n.obstacle() == null)
            .filter(n -> probes.values().stream().anyMatch(p -> selects(p, n)))
            .count();
  }

  private boolean selects(DropProbe probe, ClusterNode node) {
    return node.selectedBy(probe, false)
        || (node.selectedBy(probe, true) && isSelected(probe, reportOf(node)));
  }

  private static boolean isSelected(DropProbe probe, @Nullable DropProbeNode report) {
    return report != null
        && Contribution.entries(report, probe.getMetadata().getUid())
            .anyMatch(NodeSelection::isSelected);
  }
}
