// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The crash breaker of this node, and its part in the canary. Before a module is loaded, and before
 * it attaches hooks that it has not had here, that is on the disk; if the node goes down, the next
 * agent finds it there. Not thread-safe: used by the loop.
 */
public final class Trials {
  private static final System.Logger LOG = System.getLogger(Trials.class.getName());

  /** How soon a module that was not there yet is looked for again. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final TrialFile file;
  private final String node;
  private final Time time;
  private final KernelFacts kernel;
  private final Duration soak;
  private final Duration retryAfter;
  private TrialRecord record;

  /** Whether the disk has another record, which a later pass writes again. */
  private boolean unsaved;

  /** When this agent found that the node had gone down. */
  private final long started;

  /** Since when the module of the running trial has been seen in the kernel; null means not yet. */
  private @Nullable Long liveSince;

  private Canaries canaries = Canaries.NONE;
  private boolean stopping;

  /** The key that waited for a canary in the last pass, and until when it waits for its turn. */
  private @Nullable TrialKey waited;

  private @Nullable Long turn;

  /**
   * Reads the file, and records a crash that it shows.
   *
   * @param file of the node's disk
   * @param node name of this node
   * @param soak how long a node must live with a module before it is proven here
   * @param retryAfter how long a module is not loaded after the node went down once
   */
  public Trials(
      Path file, String node, Time time, KernelFacts kernel, Duration soak, Duration retryAfter) {
    this.file = new TrialFile(file);
    this.node = node;
    this.time = time;
    this.kernel = kernel;
    this.soak = soak;
    this.retryAfter = retryAfter;
    this.started = time.millis();
    TrialRecord before = this.file.load();
    this.record = before.inBoot(kernel.bootId());
    if (!record.equals(before)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the node went down while the module {0} was on trial",
          record.crashes().get(0).key().srcversion());
      save();
    }
  }

  /** The key of a module in this node's kernel. */
  public TrialKey key(String srcversion, String builder, Set<Hook> hooks) {
    return new TrialKey(srcversion, builder, kernel.release(), kernel.version(), hooks);
  }

  /**
   * Looks at the kernel at the beginning of a pass.
   *
   * @param module in the kernel
   * @param loading whether a load is running, so that the module may not be there yet
   * @param retry value of the Node's annotation {@link Names#RETRY_MODULE}; empty if it has none
   * @param others in force for this pass
   */
  public void look(ObservedModule module, boolean loading, String retry, Canaries others) {
    canaries = others;
    change(record.asked(retry));
    TrialRecord.Running running = record.running();
    if (running == null || loading || module instanceof ObservedModule.Transient) {
      return;
    }
    boolean live =
        module instanceof ObservedModule.Live m
            && running.key().srcversion().equals(m.srcversion());
    if (!live) {
      change(record.ended());
      liveSince = null;
    } else if (liveSince == null) {
      liveSince = time.millis();
    } else if (time.millis() - liveSince >= soak.toMillis()) {
      LOG.log(
          System.Logger.Level.INFO,
          "the node has survived the module {0} ({1}) for {2}",
          running.key().srcversion(),
          Hook.format(running.key().hooks()),
          Durations.format(soak));
      change(record.proven());
      liveSince = null;
    }
    if (unsaved) {
      save();
    }
  }

  /** Whether a module may be loaded with these hooks. */
  public Judgement judge(TrialKey wanted) {
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

  /**
   * Records that a module is about to be loaded, or its hooks to be attached. Returns when that is
   * on the disk.
   *
   * @param cached name of the module's directory in the cache
   * @throws IOException if it cannot be written: then it must not be done
   */
  public void begin(TrialKey key, String cached) throws IOException {
    if (stopping || record.isRunning(key)) {
      return;
    }
    TrialRecord begun = record.begun(key, kernel.bootId(), cached);
    file.save(begun);
    record = begun;
    unsaved = false;
    liveSince = null;
  }

  /**
   * Ends the running trial, because the agent ends in order: if the node goes down afterwards, this
   * is most likely a planned reboot.
   */
  public void stop() {
    stopping = true;
    change(record.ended());
  }

  /** The phase to report for a judgement. A trial of an agent that ends is not Running. */
  public TrialPhase phase(Judgement judgement) {
    return stopping && judgement.phase() == TrialPhase.Running
        ? TrialPhase.Waiting
        : judgement.phase();
  }

  /**
   * Explains that {@link #begin} failed.
   *
   * @param what does not happen, like "module is loaded"
   */
  public static String notSaved(String what, IOException e) {
    return "the agent cannot write to /var/lib/dropprobe that the module is on trial (%s), so no %s; make space or make it writable, and it goes on by itself"
        .formatted(e.getMessage(), what);
  }

  /** Hooks that a loaded module has survived here, or is being tried with. */
  Set<Hook> hooksOf(@Nullable String srcversion) {
    return record.hooksOf(srcversion, kernel.release(), kernel.version());
  }

  /** What this node has survived in this kernel, the newest first. */
  public List<TrialRecord.Survival> survived() {
    return record.survived().stream()
        .filter(s -> s.key().release().equals(kernel.release()))
        .filter(s -> s.key().version().equals(kernel.version()))
        .toList();
  }

  /** When the next pass is due for a trial, in milliseconds of the clock. */
  public long dueAt() {
    long due = Long.MAX_VALUE;
    if (record.running() != null) {
      due = liveSince == null ? time.in(LOOK_AGAIN) : liveSince + soak.toMillis();
    }
    if (turn != null && turn > time.millis()) {
      due = Math.min(due, turn);
    }
    long retry = started + retryAfter.toMillis();
    return !record.crashes().isEmpty() && retry > time.millis() ? Math.min(due, retry) : due;
  }

  private void change(TrialRecord changed) {
    if (!changed.equals(record)) {
      record = changed;
      save();
    }
  }

  /** For what makes the record milder: it may be lost. */
  private void save() {
    try {
      file.save(record);
      unsaved = false;
    } catch (IOException e) {
      unsaved = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot record the trial of a module: {0}; the next pass tries again",
          e.toString());
    }
  }
}
