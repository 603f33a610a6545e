// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Digest;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Judges whether a module may be loaded: by what this node has met itself first, then by what other
 * nodes have.
 */
final class TrialJudge {
  /**
   * Always the same: each change of a note is a report, and all nodes wait at once. The status of
   * the DropProbe says which node tries the module.
   */
  private static final String WAITS =
      "the module is built; the node loads it when it is proven on another node with this kernel,"
          + " or when it is chosen to try it";

  /** A node asks about two keys at one time at most. */
  private static final int MOST = 8;

  private final String node;
  private final Time time;
  private final Duration soak;
  private final Duration retryAfter;

  /** When this agent found that the node had gone down, if it had. */
  private final long started;

  /**
   * By key that has waited for a canary: when its turn is after the proof, in milliseconds of the
   * clock; Long.MAX_VALUE before the proof.
   */
  private final Map<TrialKey, Long> turns = new HashMap<>();

  /** For the parameters see {@link Trials}. */
  TrialJudge(String node, Time time, Duration soak, Duration retryAfter) {
    this.node = node;
    this.time = time;
    this.soak = soak;
    this.retryAfter = retryAfter;
    this.started = time.millis();
  }

  /**
   * Judges.
   *
   * @param wanted the module, and its hooks that the probes of this node need
   * @param record of this node
   * @param canaries what is known of the other nodes
   */
  Judgement of(TrialKey wanted, TrialRecord record, Canaries canaries) {
    if (record.hasSurvived(wanted)) {
      return new Judgement.Go(TrialPhase.Survived);
    }
    Optional<TrialRecord.Crash> crash = record.crash(wanted);
    if (!record.isRunning(wanted) && crash.isPresent()) {
      Optional<Judgement> refused = refused(crash.get());
      if (refused.isPresent()) {
        return refused.get();
      }
    }
    if (!canaries.inForce() || record.isRunning(wanted)) {
      return new Judgement.Go(TrialPhase.Running);
    }
    Optional<TrialEntry> proof = canaries.board().proof(wanted);
    if (proof.isPresent()) {
      return inTurn(wanted, proof.get().spreadSeconds());
    }
    waits(wanted);
    Optional<TrialEntry> entry = canaries.board().find(wanted);
    if (entry.isPresent() && entry.get().isCanary(node, wanted)) {
      return wanted.equals(canaries.announced())
          ? new Judgement.Go(TrialPhase.Running)
          : new Judgement.Announce();
    }
    return new Judgement.Wait(WAITS);
  }

  private void waits(TrialKey wanted) {
    if (turns.size() >= MOST && !turns.containsKey(wanted)) {
      turns.clear();
    }
    turns.put(wanted, Long.MAX_VALUE);
  }

  /** Those that have waited for the proof do not load the module all at once. */
  private Judgement inTurn(TrialKey wanted, int spreadSeconds) {
    Long turn = turns.get(wanted);
    if (turn == null || spreadSeconds <= 0) {
      return new Judgement.Go(TrialPhase.Running);
    }
    if (turn == Long.MAX_VALUE) {
      long span = Duration.ofSeconds(spreadSeconds).toMillis();
      // Names are alike, their digests are not.
      turn =
          time.millis()
              + Long.remainderUnsigned(Long.parseUnsignedLong(Digest.shortOf(node), 16), span);
      turns.put(wanted, turn);
    }
    return time.millis() >= turn ? new Judgement.Go(TrialPhase.Running) : new Judgement.Wait(WAITS);
  }

  private Optional<Judgement> refused(TrialRecord.Crash crash) {
    if (crash.retry() == TrialRecord.Retry.GRANTED) {
      return Optional.empty();
    }
    String what =
        "the node went down within %s after the module %s was loaded, or a hook of it attached (%s)"
            .formatted(
                Durations.format(soak), crash.key().srcversion(), Hook.format(crash.key().hooks()));
    if (crash.isSuspected()) {
      return Optional.of(
          new Judgement.Refused(
              TrialPhase.Suspected,
              Conditions.Node.MODULE_SUSPECTED,
              ("%s, %d times; it is not loaded again. Look for the cause in the node's console or"
                      + " pstore. To try it once more: kubectl annotate --overwrite node %s %s=%s")
                  .formatted(
                      what, crash.count(), node, Names.RETRY_MODULE, crash.key().srcversion())));
    }
    return time.millis() - started >= retryAfter.toMillis()
        ? Optional.empty()
        : Optional.of(
            new Judgement.Refused(
                TrialPhase.Crashed,
                Conditions.Node.MODULE_CRASHED,
                "%s; the agent tries it once more %s after its start"
                    .formatted(what, Durations.format(retryAfter))));
  }

  /** When a judgement may change by itself, in milliseconds of the clock. */
  long dueAt(TrialRecord record) {
    long retry = started + retryAfter.toMillis();
    long due = record.crashes().isEmpty() || retry <= time.millis() ? Long.MAX_VALUE : retry;
    return turns.values().stream()
        .filter(t -> t > time.millis())
        .reduce(due, (x, y) -> Math.min(x, y));
  }
}
