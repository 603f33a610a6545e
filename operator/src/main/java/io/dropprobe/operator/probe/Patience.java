// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.NodeSummary;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 */
record Patience(boolean wasReady, @Nullable String pendingSince, boolean exhausted) {
  /**
   * @param before the last status; may be empty
   * @param nodes the present counts
   * @param generation of the DropProbe; null if unknown
   * @param most how long Ready waits
   */
  static Patience of(
      DropProbeStatus before,
      NodeSummary nodes,
      @Nullable Long generation,
      ProbeState desired,
      Duration most,
      Instant now) {
    boolean same =
        Objects.equals(before.observedGeneration, generation)
            && isTrue(before, Conditions.Probe.EXPIRED) == (desired == ProbeState.Expired);
    boolean wasReady = same && isTrue(before, Conditions.Probe.READY);
    if (Sums.orZero(nodes.pending) == 0) {
      return new Patience(wasReady, null, false);
    }
    // Later than now after the operator's clock was set back.
    Instant since =
        Optional.ofNullable(same && before.nodes != null ? before.nodes.pendingSince : null)
            .map(Times::parseOrNull)
            .filter(t -> !t.isAfter(now))
            .orElse(now);
    boolean exhausted = !now.isBefore(since.plus(most));
    return new Patience(wasReady, Times.format(since), exhausted);
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
