package io.dropprobe.operator.cluster;

import io.dropprobe.api.rules.NodeSelection;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.accounting.Share;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The cluster at one moment, by name. Nothing in it may be changed.
 *
 * @param probes those being deleted too
 */
public record Snapshot(
    Map<String, NodeFacts> nodes,
    Map<String, DropProbeNode> reports,
    Map<String, DropProbe> probes) {

  /**
   * The report of a node that exists.
   *
   * @return null when there is none, or only one of an earlier Node of this name
   */
  public DropProbeNode reportOf(NodeFacts node) {
    DropProbeNode report = reports.get(node.name());
    return report == null || ofEarlierNode(report, node) ? null : report;
  }

  /** Whether a report is of a Node that had the same name and is gone. */
  public static boolean ofEarlierNode(DropProbeNode report, NodeFacts node) {
    return report.getStatus() != null
        && report.getStatus().nodeUID != null
        && node.uid() != null
        && !report.getStatus().nodeUID.equals(node.uid());
  }

  /**
   * What the Node that a report is of says of its kernel.
   *
   * @return its bootID, empty when it does not say; null when that Node is gone
   */
  public String bootIdOf(DropProbeNode report) {
    NodeFacts node = nodes.get(report.getMetadata().getName());
    return node == null || ofEarlierNode(report, node) ? null : node.bootId();
  }

  /** Whether the Node of a report is not there, or another of its name is. */
  public boolean isOfEarlierNode(DropProbeNode report) {
    return bootIdOf(report) == null;
  }

  /** The nodes that a probe selects, by name. */
  public List<NodeFacts> selectedBy(DropProbe probe) {
    return nodes.values().stream()
        .filter(n -> selects(probe, n))
        .sorted(Comparator.comparing(NodeFacts::name))
        .toList();
  }

  /** How many nodes run an agent, which is how many may write reports. */
  public int agents() {
    return (int)
        nodes.values().stream()
            .filter(n -> probes.values().stream().anyMatch(p -> selects(p, n)))
            .count();
  }

  private boolean selects(DropProbe probe, NodeFacts node) {
    return node.selectedBy(probe, false)
        || (node.selectedBy(probe, true) && isSelected(probe, reportOf(node)));
  }

  private static boolean isSelected(DropProbe probe, DropProbeNode report) {
    return report != null
        && Share.entries(report, probe.getMetadata().getUid()).anyMatch(NodeSelection::isSelected);
  }
}
