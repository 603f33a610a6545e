// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.rules.NodeSelection;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the operator keeps of a Node.
 *
 * @param bootId of its kernel, as the kubelet reports it; empty if it does not
 * @param kernelVersion {@code uname -r} of its kernel, as the kubelet reports it; empty if it does
 *     not
 * @param ready whether the condition Ready of the Node is True. Kubernetes sets it to Unknown when
 *     it has not heard of the kubelet for {@code --node-monitor-grace-period} of
 *     kube-controller-manager, by default less than a minute
 * @param cordoned whether an administrator has called it unschedulable
 * @param obstacle why no agent can run there; null means that the Node names nothing
 * @param created when the Node was created, by the API server's clock; null means unknown
 */
public record ClusterNode(
    String name,
    NodeFacts facts,
    String bootId,
    String kernelVersion,
    boolean ready,
    boolean cordoned,
    @Nullable NodeObstacle obstacle,
    @Nullable Instant created) {
  /** The type of the condition by which Kubernetes calls a Node Ready or NotReady. */
  static final String READY = "Ready";

  /** The facts of a Node, complete or pruned. */
  public static ClusterNode of(Node node) {
    boolean ready = isReady(node);
    return new ClusterNode(
        node.getMetadata().getName(),
        NodeFacts.of(node),
        told(node, NodeSystemInfo::getBootID),
        told(node, NodeSystemInfo::getKernelVersion),
        ready,
        node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable()),
        NodeObstacle.of(node, ready),
        Times.parseOrNull(node.getMetadata().getCreationTimestamp()));
  }

  private static boolean isReady(Node node) {
    NodeStatus status = node.getStatus();
    return status != null
        && status.getConditions() != null
        && status.getConditions().stream()
            .anyMatch(c -> READY.equals(c.getType()) && "True".equals(c.getStatus()));
  }

  private static String told(Node node, Function<NodeSystemInfo, @Nullable String> field) {
    NodeSystemInfo info = node.getStatus() == null ? null : node.getStatus().getNodeInfo();
    String text = info == null ? null : field.apply(info);
    return text == null ? "" : text;
  }

  /**
   * Whether new pods may be started there: it is not cordoned, being drained, or short of
   * something.
   */
  public boolean isSchedulable() {
    return !cordoned
        && facts.taints().stream()
            .noneMatch(
                t ->
                    NodeSelection.LIFECYCLE_TAINTS.contains(t.getKey())
                        || NodeSelection.TRANSIENT_TAINTS.contains(t.getKey()));
  }

  /** The uid of the Node; empty if unknown. */
  public String uid() {
    return facts.uid();
  }

  /**
   * Whether the probe selects this node.
   *
   * @param already whether the probe selects it now, according to the node's report
   */
  boolean selectedBy(DropProbe probe, boolean already) {
    return NodeSelection.selects(probe.getSpec(), facts, already);
  }
}
