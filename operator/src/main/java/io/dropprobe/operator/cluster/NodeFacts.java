package io.dropprobe.operator.cluster;

import io.dropprobe.api.rules.NodeSelection;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the operator keeps of a Node.
 *
 * @param uid null when unknown
 * @param labels empty when there are none
 * @param taints empty when there are none
 * @param bootId of its kernel, as the kubelet says; empty when it does not
 */
public record NodeFacts(
    String name, String uid, Map<String, String> labels, List<Taint> taints, String bootId) {

  /** Of a whole or a pruned Node. */
  public static NodeFacts of(Node node) {
    List<Taint> taints = node.getSpec() == null ? null : node.getSpec().getTaints();
    return new NodeFacts(
        node.getMetadata().getName(),
        node.getMetadata().getUid(),
        Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of()),
        Objects.requireNonNullElse(taints, List.of()),
        bootId(node));
  }

  private static String bootId(Node node) {
    NodeSystemInfo info = node.getStatus() == null ? null : node.getStatus().getNodeInfo();
    return info == null || info.getBootID() == null ? "" : info.getBootID();
  }

  /**
   * Whether the probe selects this node.
   *
   * @param already whether it does so according to the node's report
   */
  boolean selectedBy(DropProbe probe, boolean already) {
    return NodeSelection.selects(probe.getSpec(), labels, taints, already);
  }
}
