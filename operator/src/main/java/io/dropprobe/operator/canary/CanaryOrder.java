// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Names;
import io.dropprobe.operator.cluster.ClusterNode;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which node is the better canary. */
final class CanaryOrder {
  /** The label that kubeadm and most distributions give to the nodes of the control plane. */
  private static final String CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

  private CanaryOrder() {}

  /**
   * The best node first: one under whose name none has failed; one that has not been passed over,
   * or longest ago, since a kubelet may annotate and label its own Node; then one for which a
   * person asks, those with the label, and those outside the control plane.
   */
  static Comparator<ClusterNode> bestFirst(
      Map<String, Watch> watches, Predicate<ClusterNode> hasFailed, Predicate<String> isToRetry) {
    return Comparator.comparing(hasFailed::test)
        .thenComparing(n -> passedAt(watches.get(n.name())))
        .thenComparing(n -> !isToRetry.test(n.name()))
        .thenComparing(n -> !"true".equals(n.facts().labels().get(Names.CANARY_LABEL)))
        .thenComparing(n -> n.facts().labels().containsKey(CONTROL_PLANE))
        .thenComparing(ClusterNode::name);
  }

  private static long passedAt(@Nullable Watch watch) {
    Long at = watch == null ? null : watch.passedAt();
    return at == null ? Long.MIN_VALUE : at;
  }
}
