// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import io.dropprobe.api.schema.Names;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.List;
import java.util.Map;

/**
 * What decides whether a Node is selected. Does not copy the collections: the operator makes
 * thousands of these.
 *
 * @param uid empty if unknown
 * @param labels empty if there are none
 * @param taints empty if there are none
 * @param retryModule value of the annotation {@link Names#RETRY_MODULE}; empty if there is none
 */
public record NodeFacts(
    String uid, Map<String, String> labels, List<Taint> taints, String retryModule) {
  /** Facts of a Node without annotations. */
  public NodeFacts(String uid, Map<String, String> labels, List<Taint> taints) {
    this(uid, labels, taints, "");
  }

  /** The facts of a Node, complete or pruned. */
  public static NodeFacts of(Node node) {
    String uid = node.getMetadata().getUid();
    Map<String, String> labels = node.getMetadata().getLabels();
    List<Taint> taints = node.getSpec() == null ? null : node.getSpec().getTaints();
    Map<String, String> annotations = node.getMetadata().getAnnotations();
    return new NodeFacts(
        uid == null ? "" : uid,
        labels == null ? Map.of() : labels,
        taints == null ? List.of() : taints,
        annotations == null ? "" : annotations.getOrDefault(Names.RETRY_MODULE, ""));
  }
}
