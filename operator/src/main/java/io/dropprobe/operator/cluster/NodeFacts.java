package io.dropprobe.operator.cluster;

import io.dropprobe.api.NodeSelection;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.fabric8.kubernetes.api.model.Node;
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
 */
public record NodeFacts(String name, String uid, Map<String, String> labels, List<Taint> taints) {

  /** Of a whole or a pruned Node. */
  public static NodeFacts of(Node node) {
    List<Taint> taints = node.getSpec() == null ? null : node.getSpec().getTaints();
    return new NodeFacts(
        node.getMetadata().getName(),
        node.getMetadata().getUid(),
        Objects.requireNonNullElse(node.getMetadata().getLabels(), Map.of()),
        Objects.requireNonNullElse(taints, List.of()));
  }

  /** Whether the probe selects this node. */
  public boolean selectedBy(DropProbe probe) {
    return NodeSelection.selects(probe.getSpec(), labels, taints);
  }
}
