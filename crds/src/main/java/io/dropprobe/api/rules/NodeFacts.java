// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.List;
import java.util.Map;

/**
 * What decides whether a Node is selected.
 *
 * @param uid null if unknown
 * @param labels empty if there are none
 * @param taints empty if there are none
 */
public record NodeFacts(String uid, Map<String, String> labels, List<Taint> taints) {
  /** Accepts null for "none". Does not copy: the operator makes thousands of these. */
  public NodeFacts {
    labels = labels == null ? Map.of() : labels;
    taints = taints == null ? List.of() : taints;
  }

  /** The facts of a Node, complete or pruned. */
  public static NodeFacts of(Node node) {
    return new NodeFacts(
        node.getMetadata().getUid(),
        node.getMetadata().getLabels(),
        node.getSpec() == null ? null : node.getSpec().getTaints());
  }
}
