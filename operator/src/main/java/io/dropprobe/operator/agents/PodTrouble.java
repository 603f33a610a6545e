// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Lists;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Why an agent's pod does not run, in the words of the scheduler and the kubelet. A kubelet writes
 * any text of any size into the status of its pods, also as a container's name: each part is cut
 * before it is used, and none is ever a format.
 */
final class PodTrouble {
  /** The kubelet's reasons while a container starts as it should. */
  private static final Set<String> STARTING = Set.of("ContainerCreating", "PodInitializing");

  private PodTrouble() {}

  /** What keeps the pod from running, in one line; empty if nothing does. */
  static Optional<String> of(Pod pod) {
    PodStatus status = pod.getStatus();
    if (status == null) {
      return Optional.empty();
    }
    String name = "pod " + line(pod.getMetadata().getName(), Limits.NAME);
    if ("Failed".equals(status.getPhase())) {
      return Optional.of(name + " has failed: " + why(status.getReason(), status.getMessage()));
    }
    List<PodCondition> conditions = Lists.orEmpty(status.getConditions());
    List<ContainerStatus> containers = Lists.orEmpty(status.getContainerStatuses());
    return Stream.concat(
            conditions.stream()
                .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
                .map(c -> name + " is not scheduled: " + why(c.getReason(), c.getMessage())),
            containers.stream().map(c -> of(name, c)).flatMap(Optional::stream))
        .findFirst();
  }

  /**
   * @param pod with its name
   */
  private static Optional<String> of(String pod, ContainerStatus c) {
    ContainerStateWaiting waiting = c.getState() == null ? null : c.getState().getWaiting();
    if (waiting == null || waiting.getReason() == null || STARTING.contains(waiting.getReason())) {
      return Optional.empty();
    }
    ContainerStateTerminated last =
        c.getLastState() == null ? null : c.getLastState().getTerminated();
    String why =
        last == null
            ? why(waiting.getReason(), waiting.getMessage())
            : line(waiting.getReason(), Limits.LABEL)
                + "; it ended with exit code "
                + last.getExitCode()
                + ", "
                + why(last.getReason(), last.getMessage());
    return Optional.of(
        "container " + line(c.getName(), Limits.LABEL) + " of " + pod + " waits: " + why);
  }

  /** Whether a pod that is not scheduled yet is meant for a node. */
  static boolean isFor(Pod pod, String node) {
    // The DaemonSet controller replaces the affinity of the template by the name of the node.
    return AppliedAgents.nodeNames(pod.getSpec().getAffinity()).contains(node);
  }

  private static String why(@Nullable String reason, @Nullable String message) {
    return Stream.of(line(reason, Limits.LABEL), line(message, Limits.MESSAGE))
        .filter(s -> !s.isEmpty())
        .reduce((a, b) -> a + ": " + b)
        .orElse("no reason given");
  }

  /** In one line, because a container's last message is the end of its log. */
  private static String line(@Nullable String text, int most) {
    String cut = Limits.cut(text, most);
    return cut == null ? "" : cut.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
  }
}
