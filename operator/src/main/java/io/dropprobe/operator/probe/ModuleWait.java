// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.TrialPhase;
import io.dropprobe.operator.canary.Texts;
import io.dropprobe.operator.cluster.ClusterNode;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the nodes wait for that have built a module and may not load it. Used for one pass. */
final class ModuleWait {
  /** A node in another state has a worse problem. */
  private static final Set<Verdict.Kind> WAITING =
      EnumSet.of(Verdict.Kind.ACTIVE, Verdict.Kind.INACTIVE, Verdict.Kind.PENDING);

  private final TrialBoard board;
  private final Map<String, ClusterNode> nodes;
  private final Instant now;
  private final Map<Optional<TrialKey>, Reason> reasons = new HashMap<>();

  /**
   * @param blocked whether a failure keeps the nodes waiting
   */
  private record Reason(boolean blocked, String message) {}

  /**
   * @param nodes of the cluster, by name
   */
  ModuleWait(TrialBoard board, Map<String, ClusterNode> nodes, Instant now) {
    this.board = board;
    this.nodes = nodes;
    this.now = now;
  }

  /**
   * Adds to a verdict what its node waits for.
   *
   * @param report of the node; null means that there is none
   */
  Verdict in(Verdict verdict, @Nullable DropProbeNode report) {
    DropProbeNodeStatus status = report == null ? null : report.getStatus();
    if (status == null || !isWaiting(status) || !WAITING.contains(verdict.kind())) {
      return verdict;
    }
    Reason reason = reasons.computeIfAbsent(TrialKey.of(status), this::reason);
    boolean pending =
        verdict.kind() == Verdict.Kind.PENDING
            && Conditions.Problem.NOT_YET_REPORTED.equals(verdict.reason());
    boolean shown = pending || (reason.blocked && verdict.kind() != Verdict.Kind.PENDING);
    return shown
        ? new Verdict(
            verdict.node(),
            verdict.kind(),
            reason.blocked ? Conditions.Problem.CANARY_FAILED : Conditions.Node.AWAITING_CANARY,
            reason.message,
            true)
        : new Verdict(verdict.node(), verdict.kind(), verdict.reason(), verdict.message(), true);
  }

  private static boolean isWaiting(DropProbeNodeStatus status) {
    return status.module != null
        && status.module.trial != null
        && status.module.trial.phase == TrialPhase.Waiting;
  }

  private Reason reason(Optional<TrialKey> key) {
    if (key.isEmpty()) {
      return new Reason(
          false,
          "the node waits to load a module, and this operator can't read which; is the operator"
              + " older than the agent?");
    }
    if (board.proof(key.get()).isPresent()) {
      return new Reason(false, "the module is proven, and the node is about to load it");
    }
    Optional<TrialEntry> entry = board.find(key.get());
    Optional<String> blocked = entry.flatMap(e -> Texts.blocked(e, nodes, now));
    return blocked
        .map(text -> new Reason(true, text))
        .orElseGet(() -> new Reason(false, awaits(entry)));
  }

  private static String awaits(Optional<TrialEntry> entry) {
    return entry
        .filter(e -> !e.canaries().isEmpty())
        .map(
            e ->
                "the module is built, and loaded here when it is proven; it is tried on %s since %s"
                    .formatted(String.join(", ", e.canaries()), e.since()))
        .orElse(
            "the module is built, and loaded here when it is proven; it waits for a node with this"
                + " kernel that is Ready and not cordoned to try it first");
  }
}
