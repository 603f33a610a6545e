// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether a module may be loaded: by what this node has met itself first, then by what other
 * nodes have.
 */
final class TrialJudge {
  private final String node;
  private final Time time;
  private final Duration soak;
  private final Duration retryAfter;

  /** When this agent found that the node had gone down, if it had. */
  private final long started;

  /** The key that has waited for a canary, and when its turn is after the proof. */
  private @Nullable TrialKey waited;

  private @Nullable Long turn;

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
    waited = wanted;
    turn = null;
    Optional<TrialEntry> entry = canaries.board().find(wanted);
    if (entry.isPresent() && entry.get().isCanary(node, wanted)) {
      return wanted.equals(canaries.announced())
          ? new Judgement.Go(TrialPhase.Running)
          : new Judgement.Announce();
    }
    return new Judgement.Wait(waitsFor(entry));
  }

  /** Those that have waited for the proof do not load the module all at once. */
  private Judgement inTurn(TrialKey wanted, int spreadSeconds) {
    if (!wanted.equals(waited) || spreadSeconds <= 0) {
      return new Judgement.Go(TrialPhase.Running);
    }
    if (turn == null) {
      long span = Duration.ofSeconds(spreadSeconds).toMillis();
      turn = time.millis() + Math.floorMod((long) node.hashCode(), span);
    }
    return time.millis() >= turn
        ? new Judgement.Go(TrialPhase.Running)
        : new Judgement.Wait("the module is proven; the nodes load it one after the other");
  }

  private static String waitsFor(Optional<TrialEntry> entry) {
    List<String> tried = entry.map(TrialEntry::canaries).orElse(List.of());
    if (entry.isPresent() && entry.get().state() == TrialEntry.State.STOPPED) {
      return "the module is built, and is not loaded: nodes went down in its trial";
    }
    return tried.isEmpty()
        ? "the module is built; waiting for the operator to choose a node that tries it"
        : "the module is built; waiting until it is proven on " + String.join(", ", tried);
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
    return turn == null || turn <= time.millis() ? due : Math.min(due, turn);
  }
}
