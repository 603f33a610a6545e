// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.cluster.ClusterNode;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether Ready still waits for pending nodes. The condition's {@code lastTransitionTime} can't say
 * so: a DropProbe that selected no node for a day has been not Ready for a day when its first node
 * is added.
 *
 * @param wasReady whether Ready was True for this generation and this desired state. Then it waits
 *     for no node: one that joins later must not end it, or it would rarely be True while an
 *     autoscaler adds nodes
 * @param pendingSince since when there has been a pending node; null means that there is none
 * @param exhausted whether this is longer ago than {@code staleAfter}
 * @param newcomers names of the pending nodes that were created after {@code pendingSince}, for
 *     which Ready does not wait. While an autoscaler adds nodes, some node is always pending
 * @param overdue how many nodes are pending although they, too, are older than {@code staleAfter};
 *     zero unless exhausted
 */
record Patience(
    boolean wasReady,
    @Nullable String pendingSince,
    boolean exhausted,
    Set<String> newcomers,
    int overdue) {
  /**
   * @param before the last status; may be empty
   * @param pending the selected nodes that are pending now; one with an unknown time of creation is
   *     old
   * @param generation of the DropProbe; null if unknown
   * @param most how long Ready waits
   */
  static Patience of(
      DropProbeStatus before,
      List<ClusterNode> pending,
      @Nullable Long generation,
      ProbeState desired,
      Duration most,
      Instant now) {
    boolean suspended = desired == ProbeState.Removed;
    boolean same =
        Objects.equals(before.observedGeneration, generation)
            && Boolean.TRUE.equals(before.suspended) == suspended
            && (suspended
                || isTrue(before, Conditions.Probe.EXPIRED) == (desired == ProbeState.Expired));
    boolean wasReady = same && isTrue(before, Conditions.Probe.READY);
    if (pending.isEmpty()) {
      return new Patience(wasReady, null, false, Set.of(), 0);
    }
    // Later than now after the operator's clock was set back.
    Instant since =
        Optional.ofNullable(same && before.nodes != null ? before.nodes.pendingSince : null)
            .map(Times::parseOrNull)
            .filter(t -> !t.isAfter(now))
            .orElse(now);
    boolean exhausted = !now.isBefore(since.plus(most));
    return new Patience(
        wasReady,
        Times.format(since),
        exhausted,
        pending.stream()
            .filter(n -> isCreatedAfter(n, since))
            .map(ClusterNode::name)
            .collect(Collectors.toSet()),
        exhausted
            ? (int) pending.stream().filter(n -> !isCreatedAfter(n, now.minus(most))).count()
            : 0);
  }

  private static boolean isCreatedAfter(ClusterNode node, Instant time) {
    return node.created() != null && node.created().isAfter(time);
  }

  /** Whether pending nodes no longer hold up Ready, if another node counts. */
  boolean isOver() {
    return wasReady || exhausted;
  }

  private static boolean isTrue(DropProbeStatus status, String type) {
    List<Condition> conditions = Lists.orEmpty(status.conditions);
    return conditions.stream()
        .anyMatch(c -> type.equals(c.getType()) && "True".equals(c.getStatus()));
  }
}
