// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.operator.cluster.ClusterNode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one canary does now.
 *
 * @param watch to remember
 * @param again when to look again, in the time of {@link Circumstances#seen}
 * @param what has failed, for people to read; empty unless the trial has failed
 */
record Sight(Kind kind, Watch watch, long again, String what) {
  /** How far a canary is. */
  enum Kind {
    /** It is on trial, or is about to be. */
    STAYS,
    /** It is no candidate any more, needs less than this, or has said nothing for too long. */
    LEAVES,
    /** It has lived with the module for as long as {@code soak}. */
    SURVIVED,
    /** The node went down, or has fallen silent. */
    FAILED
  }

  /** How long a canary may take to announce its trial before another one is picked. */
  static final Duration ANNOUNCES = Duration.ofMinutes(2);

  /**
   * How much longer than {@code soak} a canary may take to report that it has survived. Kubernetes
   * calls a dead node NotReady after less than a minute, by default.
   */
  static final Duration GRACE = Duration.ofMinutes(3);

  private static final long NEVER = Long.MAX_VALUE;

  /**
   * Looks at a canary.
   *
   * @param key that is on trial
   * @param claims of all nodes
   * @param failed whether this Node has failed before
   * @param retries whether a person asks for one more trial there
   */
  static Sight of(
      ClusterNode node,
      TrialKey key,
      Claims claims,
      Watch watch,
      boolean failed,
      boolean retries,
      Circumstances now) {
    Watch.Announcement trial = watch.announced();
    if (trial != null && !trial.uid().equals(node.uid())) {
      return new Sight(Kind.LEAVES, Watch.picked(now.seen(), null), NEVER, "");
    }
    Claim claim = claims.of(node.name(), key);
    if (trial == null) {
      return ofSilent(node, claim, watch, failed, retries, now);
    }
    boolean ended = claims.needsLess(node.name(), key, trial.bootId());
    return ofAnnounced(node, claim, claims.of(node.name()), ended, watch, trial, failed, now);
  }

  private static Sight ofSilent(
      ClusterNode node,
      @Nullable Claim claim,
      Watch watch,
      boolean failed,
      boolean retries,
      Circumstances now) {
    if (claim != null && claim.isDown() && !failed && !retries) {
      return fails(Failures.WENT_DOWN, watch, now);
    }
    if (claim != null && claim.isLoaded()) {
      boolean same = claim.isOfThisBoot() && node.ready();
      if (failed && (!same || (watch.spent() && !claim.isSurvived()))) {
        // Its report is still that of the trial that has failed.
        return stays(watch, NEVER);
      }
      if (!same) {
        return fails(node.ready() ? "rebooted" : "became NotReady", watch, now);
      }
      var begun = new Watch.Announcement(node.uid(), node.bootId(), now.seen());
      return ofAnnounced(node, claim, claim, false, watch.announced(begun), begun, failed, now);
    }
    boolean may = claim != null && (retries ? node.ready() : claim.isCandidate());
    long until = watch.silentSince() + ANNOUNCES.toMillis();
    if (may && now.seen() < until) {
      return stays(watch.notSpent(), until);
    }
    return failed ? stays(watch.notSpent(), NEVER) : leaves(watch, now);
  }

  private static Sight ofAnnounced(
      ClusterNode node,
      @Nullable Claim claim,
      @Nullable Claim said,
      boolean ended,
      Watch watch,
      Watch.Announcement trial,
      boolean failed,
      Circumstances now) {
    if (isAnotherBoot(node, trial)) {
      return fails("rebooted", watch, now);
    }
    if (!node.ready()) {
      return fails("became NotReady", watch, now);
    }
    if (claim != null && claim.isDown()) {
      return fails(Failures.WENT_DOWN, watch, now);
    }
    if (ended) {
      return leaves(watch, now);
    }
    // A report without the trial is no such word: the load may hang, and so would that of the next.
    if (said != null && said.isWaiting() && said.isOfBoot(trial.bootId())) {
      return stops(watch, failed, now);
    }
    boolean survived = claim != null && claim.isSurvived();
    Duration soak = now.settings().soak();
    long until = trial.at() + (survived ? soak : soak.plus(GRACE)).toMillis();
    if (now.seen() < until) {
      return stays(watch, until);
    }
    return survived
        ? new Sight(Kind.SURVIVED, watch, NEVER, "")
        : fails(
            "did not report within %s that it survived"
                .formatted(Durations.format(soak.plus(GRACE))),
            watch,
            now);
  }

  private static boolean isAnotherBoot(ClusterNode node, Watch.Announcement trial) {
    return !trial.bootId().isEmpty()
        && !node.bootId().isEmpty()
        && !trial.bootId().equals(node.bootId());
  }

  /**
   * The agent has stopped cleanly. It may announce its trial once more; if it did so again and
   * again, a node could keep a module to itself for ever.
   */
  private static Sight stops(Watch watch, boolean failed, Circumstances now) {
    return failed || (watch.picked() && !watch.stopped())
        ? stays(watch.stopped(now.seen()), now.seen() + ANNOUNCES.toMillis())
        : leaves(watch, now);
  }

  private static Sight stays(Watch watch, long again) {
    return new Sight(Kind.STAYS, watch, again, "");
  }

  private static Sight leaves(Watch watch, Circumstances now) {
    return new Sight(Kind.LEAVES, watch.passed(now.seen()), NEVER, "");
  }

  private static Sight fails(String what, Watch watch, Circumstances now) {
    return new Sight(Kind.FAILED, watch.failed(now.seen()), NEVER, what);
  }
}
