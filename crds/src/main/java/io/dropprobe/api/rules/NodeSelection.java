package io.dropprobe.api.rules;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.ProbeToleration;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Does a probe select a node? The one answer for both sides: the operator counts selected nodes and
 * places the agents by it, the agent decides by it which probes are its own.
 */
public final class NodeSelection {
  /**
   * Taints that say how a node fares, not whom it is for. The DaemonSet controller lets its pods
   * tolerate most of them; the agent's DaemonSet adds the rest. A node that is cordoned or not
   * ready stays selected: its module must not be unloaded for that.
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
   * Taints NoSchedule of nodes that are drained, or whose network is not there yet. The agent's
   * DaemonSet tolerates them too: a rollout must not take the agent away from such a node.
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
   * Whether labels <em>and</em> taints of a node fit the probe. A taint NoSchedule that comes later
   * ends nothing, as in Kubernetes: autoscalers, CNIs and administrators set it on nodes whose pods
   * go on, and it is then that packets are lost.
   *
   * @param spec of the probe; null selects nothing
   * @param labels of the node; null is none
   * @param taints of the node; null is none
   * @param selected whether the probe is selected there already, see {@link #isSelected}
   */
  public static boolean selects(
      DropProbeSpec spec, Map<String, String> labels, List<Taint> taints, boolean selected) {
    return spec != null
        && labelsFit(spec.nodeSelector, labels == null ? Map.of() : labels)
        && (taints == null
            || taints.stream()
                .allMatch(
                    t ->
                        (selected && NO_SCHEDULE.equals(t.getEffect()))
                            || tolerated(t, spec.tolerations)));
  }

  /**
   * Whether a node's report says that the node is selected for the probe. It lists besides what it
   * has removed, and what it could not remove yet.
   */
  public static boolean isSelected(ProbeReport entry) {
    return entry.state != ProbeState.Removed && !Conditions.Node.REMOVE_FAILED.equals(entry.reason);
  }

  private static boolean labelsFit(Map<String, String> selector, Map<String, String> labels) {
    return Names.LINUX.equals(labels.get(Names.OS_LABEL))
        && (selector == null || labels.entrySet().containsAll(selector.entrySet()));
  }

  /**
   * Whether a taint does not keep the agent's pod away.
   *
   * @param tolerations null is none
   */
  public static boolean tolerated(Taint taint, List<ProbeToleration> tolerations) {
    return "PreferNoSchedule".equals(taint.getEffect())
        || LIFECYCLE_TAINTS.contains(taint.getKey())
        || (NO_SCHEDULE.equals(taint.getEffect()) && TRANSIENT_TAINTS.contains(taint.getKey()))
        || (tolerations != null && tolerations.stream().anyMatch(t -> tolerates(t, taint)));
  }

  /** As {@code Toleration.ToleratesTaint} of Kubernetes' core/v1 helpers does it. */
  private static boolean tolerates(ProbeToleration t, Taint taint) {
    if (t.effect != null && !t.effect.name().equals(taint.getEffect())) {
      return false;
    }
    if (isSet(t.key) && !t.key.equals(taint.getKey())) {
      return false;
    }
    if (ProbeToleration.Operator.Exists == t.operator) {
      return true;
    }
    return isSet(t.key) && orEmpty(t.value).equals(orEmpty(taint.getValue()));
  }

  private static boolean isSet(String s) {
    return s != null && !s.isEmpty();
  }

  private static String orEmpty(String s) {
    return s == null ? "" : s;
  }
}
