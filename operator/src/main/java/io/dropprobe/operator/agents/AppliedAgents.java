// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.schema.Times;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the agents' DaemonSet says of its own pod template. This is the memory of {@link KeptNodes},
 * so that a restart of the operator in the middle changes nothing.
 *
 * @param kept names of nodes that the template keeps; sorted
 * @param rest digest of the template without these; null means unknown
 * @param since when the template was last changed; null means unknown
 */
record AppliedAgents(Set<String> kept, @Nullable String rest, @Nullable Instant since) {
  /** Annotation: digest of the pod template without the nodes that are kept. */
  static final String REST = "dropprobe.io/template";

  /** Annotation: when the pod template was last changed, RFC 3339. */
  static final String SINCE = "dropprobe.io/template-since";

  static final AppliedAgents NONE = new AppliedAgents(Set.of(), null, null);

  static AppliedAgents of(Optional<DaemonSet> actual) {
    return actual.map(AppliedAgents::of).orElse(NONE);
  }

  private static AppliedAgents of(DaemonSet actual) {
    Map<String, String> annotations = actual.getMetadata().getAnnotations();
    if (annotations == null) {
      annotations = Map.of();
    }
    Affinity affinity = actual.getSpec().getTemplate().getSpec().getAffinity();
    return new AppliedAgents(
        nodeNames(affinity), annotations.get(REST), Times.parseOrNull(annotations.get(SINCE)));
  }

  /**
   * The nodes that an affinity names; sorted.
   *
   * @param affinity null, as when somebody has removed it, names none
   */
  static SortedSet<String> nodeNames(@Nullable Affinity affinity) {
    return Optional.ofNullable(affinity)
        .map(Affinity::getNodeAffinity)
        .map(n -> n.getRequiredDuringSchedulingIgnoredDuringExecution())
        .stream()
        .flatMap(s -> s.getNodeSelectorTerms().stream())
        .flatMap(t -> Lists.orEmpty(t.getMatchFields()).stream())
        .filter(f -> AgentPlacement.NODE_NAME.equals(f.getKey()))
        .map(NodeSelectorRequirement::getValues)
        .flatMap(List::stream)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
