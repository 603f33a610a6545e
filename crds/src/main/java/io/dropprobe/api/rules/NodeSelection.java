// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.ProbeToleration;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a probe selects a node. Shared, so that both sides decide alike: the operator counts the
 * selected nodes and places the agents, the agent picks the probes of its own node.
 */
public final class NodeSelection {
  /**
   * Taints that describe the condition of a node, not its purpose. The DaemonSet controller lets
   * its pods tolerate most of them; the agents' DaemonSet adds the rest. A node that is cordoned or
   * not ready stays selected, because its module must not be unloaded for that.
   */
  public static final Set<String> LIFECYCLE_TAINTS =
      Set.of(
          "node.kubernetes.io/not-ready",
          "node.kubernetes.io/unreachable",
          "node.kubernetes.io/disk-pressure",
          "node.kubernetes.io/memory-pressure",
          "node.kubernetes.io/pid-pressure",
          "node.kubernetes.io/unschedulable",
          "node.kubernetes.io/network-unavailable");

  /**
   * NoSchedule taints of nodes that are being drained, or whose network is not ready yet. The
   * agents' DaemonSet tolerates them too, so that a rollout does not remove the agent from such a
   * node.
   */
  public static final Set<String> TRANSIENT_TAINTS =
      Set.of(
          "ToBeDeletedByClusterAutoscaler",
          "karpenter.sh/disrupted",
          "karpenter.sh/disruption",
          "node.cilium.io/agent-not-ready",
          "node.cloudprovider.kubernetes.io/shutdown");

  private static final String NO_SCHEDULE = "NoSchedule";

  private NodeSelection() {}

  /**
   * Whether labels <em>and</em> taints of a node match the probe. As in Kubernetes, a NoSchedule
   * taint that is added later does not end the selection: autoscalers, CNIs and administrators set
   * it on nodes whose pods keep running, and this is when packets are lost.
   *
   * @param spec of the probe; null selects nothing
   * @param selected whether the probe selects this node already, see {@link #isSelected}
   */
  public static boolean selects(@Nullable DropProbeSpec spec, NodeFacts node, boolean selected) {
    return spec != null
        && matchesLabels(spec, node)
        && node.taints().stream()
            .allMatch(
                t ->
                    (selected && NO_SCHEDULE.equals(t.getEffect()))
                        || tolerated(t, spec.tolerations));
  }

  /**
   * Whether the labels of a node match the probe, whatever the taints are.
   *
   * @param spec of the probe; null matches nothing
   */
  public static boolean matchesLabels(@Nullable DropProbeSpec spec, NodeFacts node) {
    return spec != null
        && Names.LINUX.equals(node.labels().get(Names.OS_LABEL))
        && (spec.nodeSelector == null
            || node.labels().entrySet().containsAll(spec.nodeSelector.entrySet()));
  }

  /**
   * Whether an entry of a node's report says that the probe selects the node. A report also lists
   * probes that were removed, and those that could not be removed yet.
   */
  public static boolean isSelected(ProbeReport entry) {
    return entry.state != ProbeState.Removed && !Conditions.Node.REMOVE_FAILED.equals(entry.reason);
  }

  /**
   * Whether the agent's pod may run in spite of a taint.
   *
   * @param tolerations null means none
   */
  public static boolean tolerated(Taint taint, @Nullable List<ProbeToleration> tolerations) {
    return "PreferNoSchedule".equals(taint.getEffect())
        || LIFECYCLE_TAINTS.contains(taint.getKey())
        || (NO_SCHEDULE.equals(taint.getEffect()) && TRANSIENT_TAINTS.contains(taint.getKey()))
        || (tolerations != null && tolerations.stream().anyMatch(t -> tolerates(t, taint)));
  }

  /** The rules of {@code Toleration.ToleratesTaint} in Kubernetes' core/v1 helpers. */
  private static boolean tolerates(ProbeToleration t, Taint taint) {
    if (t.effect != null && !t.effect.name().equals(taint.getEffect())) {
      return false;
    }
    String key = orEmpty(t.key);
    if (!key.isEmpty() && !key.equals(taint.getKey())) {
      return false;
    }
    if (ProbeToleration.Operator.Exists == t.operator) {
      return true;
    }
    return !key.isEmpty() && orEmpty(t.value).equals(orEmpty(taint.getValue()));
  }

  private static String orEmpty(@Nullable String s) {
    return s == null ? "" : s;
  }
}
