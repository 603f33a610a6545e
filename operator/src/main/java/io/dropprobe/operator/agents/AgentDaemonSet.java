// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.schema.Digest;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Times;
import io.dropprobe.operator.settings.Settings;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The agents' DaemonSet, as a function of settings and placement. Every field has the form in which
 * the API server stores it: with another (fieldRef without apiVersion, {@code readOnly: false}) the
 * server-side-apply matcher would always see a difference.
 */
final class AgentDaemonSet {
  /** Labels of the pods, and the selector. Must never change, because the selector is immutable. */
  static final Map<String, String> POD_LABELS =
      new TreeMap<>(
          Map.of("app.kubernetes.io/name", "dropprobe", "app.kubernetes.io/component", "agent"));

  static final Map<String, String> LABELS = new TreeMap<>(POD_LABELS);

  static {
    LABELS.put("app.kubernetes.io/managed-by", Names.OPERATOR);
  }

  private static final int GRACE_SECONDS = 30;
  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  private AgentDaemonSet() {}

  static DaemonSet desired(
      Settings settings, AgentPlacement placement, Rollout rollout, String namespace) {
    return new DaemonSetBuilder()
        .withNewMetadata()
        .withName(Names.AGENT)
        .withNamespace(namespace)
        .withLabels(LABELS)
        .addToAnnotations(AppliedAgents.REST, rollout.rest())
        .addToAnnotations(AppliedAgents.SINCE, Times.format(rollout.since()))
        .endMetadata()
        .withNewSpec()
        .withNewSelector()
        .withMatchLabels(POD_LABELS)
        .endSelector()
        .withNewUpdateStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxUnavailable(rollout.maxUnavailable())
        .endRollingUpdate()
        .endUpdateStrategy()
        .withTemplate(template(settings, placement))
        .endSpec()
        .build();
  }

  /**
   * What the DaemonSet says of its rollout, outside the pod template.
   *
   * @param rest see {@link #digest}
   * @param since when the pod template was last changed
   */
  record Rollout(IntOrString maxUnavailable, String rest, Instant since) {}

  /** Identifies the pod template of a placement, for {@link AppliedAgents}. */
  static String digest(Settings settings, AgentPlacement placement) {
    return Digest.shortOf(JSON.asJson(template(settings, placement)));
  }

  private static PodTemplateSpec template(Settings settings, AgentPlacement placement) {
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(POD_LABELS)
        .endMetadata()
        .withSpec(pod(settings, placement))
        .build();
  }

  private static PodSpec pod(Settings settings, AgentPlacement placement) {
    return new PodSpecBuilder()
        .withServiceAccountName(Names.AGENT)
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        // The agent must be able to report when the pod network is broken.
        .withHostNetwork(true)
        .withPriorityClassName(
            settings.priorityClassName().isEmpty() ? null : settings.priorityClassName())
        .withTerminationGracePeriodSeconds((long) GRACE_SECONDS)
        .withNewSecurityContext()
        .withFsGroup(AgentContainers.BUILDER_UID)
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
