// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.schema.Lists;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Why an agent's pod does not run, in the words of the scheduler and the kubelet. */
final class PodTrouble {
  /** The kubelet's reasons while a container starts as it should. */
  private static final Set<String> STARTING = Set.of("ContainerCreating", "PodInitializing");

  private PodTrouble() {}

  /** What keeps the pod from running; empty if nothing does. */
  static Optional<String> of(Pod pod) {
    PodStatus status = pod.getStatus();
    if (status == null) {
      return Optional.empty();
    }
    String name = pod.getMetadata().getName();
    if ("Failed".equals(status.getPhase())) {
      return Optional.of(
          "pod %s has failed: %s".formatted(name, text(status.getReason(), status.getMessage())));
    }
    List<PodCondition> conditions = Lists.orEmpty(status.getConditions());
    List<ContainerStatus> containers = Lists.orEmpty(status.getContainerStatuses());
    return Stream.concat(
            conditions.stream()
                .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
                .map(
                    c ->
                        "pod %s is not scheduled: %s"
                            .formatted(name, text(c.getReason(), c.getMessage()))),
            containers.stream()
                .map(PodTrouble::of)
                .flatMap(Optional::stream)
                .map(text -> text.formatted(name)))
        .findFirst();
  }

  /** Text about a container that waits, with a place for the pod's name. */
  private static Optional<String> of(ContainerStatus c) {
    ContainerStateWaiting waiting = c.getState() == null ? null : c.getState().getWaiting();
    if (waiting == null || waiting.getReason() == null || STARTING.contains(waiting.getReason())) {
      return Optional.empty();
    }
    ContainerStateTerminated last =
        c.getLastState() == null ? null : c.getLastState().getTerminated();
    String why =
        last == null
            ? text(waiting.getReason(), waiting.getMessage())
            : "%s; it ended with exit code %d, %s"
                .formatted(
                    waiting.getReason(),
                    last.getExitCode(),
                    text(last.getReason(), last.getMessage()));
    return Optional.of(
        "container %s of pod %%s waits: %s".formatted(c.getName(), why.replace("%", "%%")));
  }

  /** Whether a pod that is not scheduled yet is meant for a node. */
  static boolean isFor(Pod pod, String node) {
    // The DaemonSet controller replaces the affinity of the template by the name of the node.
    return Optional.ofNullable(pod.getSpec().getAffinity())
        .map(Affinity::getNodeAffinity)
        .map(n -> n.getRequiredDuringSchedulingIgnoredDuringExecution())
        .stream()
        .flatMap(s -> s.getNodeSelectorTerms().stream())
        .flatMap(t -> Lists.orEmpty(t.getMatchFields()).stream())
        .anyMatch(f -> AgentPlacement.NODE_NAME.equals(f.getKey()) && f.getValues().contains(node));
  }

  /** In one line, because a container's last message is the end of its log. */
  private static String text(@Nullable String reason, @Nullable String message) {
    String both =
        Stream.of(reason, message)
            .filter(Objects::nonNull)
            .filter(s -> !s.isBlank())
            .reduce((a, b) -> a + ": " + b)
            .orElse("no reason given");
    return both.replaceAll("\\s+", " ").strip();
  }
}
