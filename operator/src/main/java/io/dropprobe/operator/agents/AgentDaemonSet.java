package io.dropprobe.operator.agents;

import io.dropprobe.api.schema.Names;
import io.dropprobe.operator.settings.Settings;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The one DaemonSet, as a function of settings and placement. Every field is in the form in which
 * the API server keeps it: in another one (fieldRef without apiVersion, {@code readOnly: false})
 * the server-side-apply matcher would see a difference for ever.
 */
final class AgentDaemonSet {
  /** On the pods and in the selector: never to be changed, the selector is immutable. */
  static final Map<String, String> POD_LABELS =
      new TreeMap<>(
          Map.of("app.kubernetes.io/name", "dropprobe", "app.kubernetes.io/component", "agent"));

  static final Map<String, String> LABELS = new TreeMap<>(POD_LABELS);

  static {
    LABELS.put("app.kubernetes.io/managed-by", Names.OPERATOR);
  }

  /** The builder's user, and the group through which the two containers share files. */
  static final long BUILDER = 65532;

  private static final int GRACE_SECONDS = 30;

  private AgentDaemonSet() {}

  static DaemonSet desired(Settings settings, AgentPlacement placement, String namespace) {
    return new DaemonSetBuilder()
        .withNewMetadata()
        .withName(Names.AGENT)
        .withNamespace(namespace)
        .withLabels(LABELS)
        .endMetadata()
        .withNewSpec()
        .withNewSelector()
        .withMatchLabels(POD_LABELS)
        .endSelector()
        .withNewUpdateStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withNewMaxUnavailable("10%")
        .endRollingUpdate()
        .endUpdateStrategy()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(POD_LABELS)
        .endMetadata()
        .withSpec(pod(settings, placement))
        .endTemplate()
        .endSpec()
        .build();
  }

  private static PodSpec pod(Settings settings, AgentPlacement placement) {
    return new PodSpecBuilder()
        .withServiceAccountName(Names.AGENT)
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        // It must report when the pod network is broken.
        .withHostNetwork(true)
        .withPriorityClassName(
            settings.priorityClassName().isEmpty() ? null : settings.priorityClassName())
        .withTerminationGracePeriodSeconds((long) GRACE_SECONDS)
        .withNewSecurityContext()
        .withFsGroup(BUILDER)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withNewAffinity()
        .withNewNodeAffinity()
        .withNewRequiredDuringSchedulingIgnoredDuringExecution()
        .withNodeSelectorTerms(terms(placement))
        .endRequiredDuringSchedulingIgnoredDuringExecution()
        .endNodeAffinity()
        .endAffinity()
        .withTolerations(placement.tolerations())
        .withContainers(AgentContainers.nodeAgent(settings), AgentContainers.builder(settings))
        .withVolumes(AgentVolumes.all())
        .build();
  }

  private static List<NodeSelectorTerm> terms(AgentPlacement placement) {
    return Stream.concat(placement.selected().stream(), placement.kept().stream()).toList();
  }
}
