// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Names;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Why no agent can run on a node, as the Node itself says it. An agent could not report it, because
 * its image does not start there, or because there is nothing that starts images.
 *
 * @param reason one CamelCase word
 * @param message what is wrong, and the next step
 */
public record NodeObstacle(String reason, String message) {
  /**
   * Labels of nodes that are no machine of their own, and their values: Virtual Kubelet's and
   * kwok's documentation say to set {@code type}; EKS sets the other on Fargate nodes.
   */
  public static final SortedMap<String, List<String>> VIRTUAL =
      new TreeMap<>(
          Map.of(
              "type", List.of("kwok", "virtual-kubelet"),
              "eks.amazonaws.com/compute-type", List.of("fargate")));

  /**
   * The obstacle of a Node; null means that there is none.
   *
   * @param node complete, or pruned by ClusterCache
   * @param ready whether its condition Ready is True
   */
  static @Nullable NodeObstacle of(Node node, boolean ready) {
    NodeObstacle byLabels = of(NodeFacts.of(node).labels());
    if (byLabels != null) {
      return byLabels;
    }
    NodeSystemInfo info = node.getStatus() == null ? null : node.getStatus().getNodeInfo();
    String architecture = info == null ? null : info.getArchitecture();
    if (architecture != null && isOther(architecture)) {
      return architecture(architecture);
    }
    // A kubelet writes the kernel's version before it calls its Node Ready.
    boolean kernel =
        info != null && info.getKernelVersion() != null && !info.getKernelVersion().isEmpty();
    return kernel || !ready ? null : virtual("the node has no status.nodeInfo.kernelVersion");
  }

  /** Whether all nodes with these labels have an obstacle. */
  public static boolean isIn(Map<String, String> labels) {
    return of(labels) != null;
  }

  private static @Nullable NodeObstacle of(Map<String, String> labels) {
    String architecture = labels.getOrDefault(Names.ARCH_LABEL, "");
    if (isOther(architecture)) {
      return architecture(architecture);
    }
    return VIRTUAL.entrySet().stream()
        .filter(e -> e.getValue().contains(labels.getOrDefault(e.getKey(), "")))
        .map(
            e ->
                virtual(
                    "the node has the label %s=%s".formatted(e.getKey(), labels.get(e.getKey()))))
        .findFirst()
        .orElse(null);
  }

  private static boolean isOther(String architecture) {
    return !architecture.isEmpty() && !architecture.equals(Names.ARCHITECTURE);
  }

  private static NodeObstacle architecture(String found) {
    return new NodeObstacle(
        Conditions.Node.ARCHITECTURE_NOT_SUPPORTED,
        "the node is %s, and the images are for %s only; to leave it out, add %s: %s to spec.nodeSelector"
            .formatted(found, Names.ARCHITECTURE, Names.ARCH_LABEL, Names.ARCHITECTURE));
  }

  private static NodeObstacle virtual(String why) {
    return new NodeObstacle(
        Conditions.Problem.VIRTUAL_NODE,
        why
            + ", so it is virtual and has no kernel of its own; to leave it out, select the others by"
            + " a label");
  }
}
