// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.Trial;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
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
  private final Time time;
  private final KernelFacts kernel;
  private final Duration soak;
  private final TrialJudge judge;
  private TrialRecord record;

  /** Whether the disk had no file. */
  private final boolean isNew;

  /** Whether the disk has another record, which a later pass writes again. */
  private boolean unsaved;

  /** Since when the module of the running trial has been seen in the kernel; null means not yet. */
  private @Nullable Long liveSince;

  private Canaries canaries = Canaries.NONE;
  private boolean stopping;

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
    this.time = time;
    this.kernel = kernel;
    this.soak = soak;
    this.judge = new TrialJudge(node, time, soak, retryAfter);
    Optional<TrialRecord> saved = this.file.load();
    this.isNew = saved.isEmpty();
    TrialRecord before = saved.orElse(TrialRecord.EMPTY);
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
   * @param attached the hooks that are attached
   * @param wanted the hooks that the probes of this node need
   * @param retry value of the Node's annotation {@link Names#RETRY_MODULE}; empty if it has none
   * @param others in force for this pass
   */
  public void look(
      ObservedModule module,
      boolean loading,
      Set<Hook> attached,
      Set<Hook> wanted,
      String retry,
      Canaries others) {
    canaries = others;
    change(record.asked(retry));
    if (unsaved) {
      save();
    }
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
      return;
    }
    Set<Hook> open = EnumSet.noneOf(Hook.class);
    open.addAll(attached);
    open.addAll(wanted);
    if (!open.containsAll(running.key().hooks())) {
      // A probe has ended before its hooks were proven.
      change(record.narrowed(open));
      liveSince = null;
    } else if (!attached.containsAll(running.key().hooks())) {
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
  }

  /**
   * Takes the report that the API server has from before for a record, if the disk has none: it may
   * be one that is new with each boot. What it has forgotten once it would forget again, so a
   * module that was on trial then is not tried again.
   *
   * @param report of this Node; null means none
   */
  public void recall(@Nullable DropProbeNodeStatus report) {
    if (!isNew || report == null || report.kernel == null || report.module == null) {
      return;
    }
    Trial trial = report.module.trial;
    boolean down =
        trial != null
            && (trial.phase == TrialPhase.Running
                || trial.phase == TrialPhase.Crashed
                || trial.phase == TrialPhase.Suspected);
    if (down && !kernel.bootId().equals(report.kernel.bootID)) {
      TrialKey.of(report).ifPresent(key -> change(record.crashedTwice(key)));
    }
  }

  /** The running trial; empty if there is none. */
  public Optional<TrialKey> running() {
    return Optional.ofNullable(record.running()).map(TrialRecord.Running::key);
  }

  /** Names of the directories in the cache that this node needs to go back to a module. */
  public Set<String> files() {
    return record.files(kernel.release(), kernel.version());
  }

  /** Whether more than one module has taken this node down: then it may be something else. */
  public boolean isDoubtful() {
    return record.crashes().stream()
            .map(TrialRecord.Crash::key)
            .filter(k -> k.release().equals(kernel.release()))
            .filter(k -> k.version().equals(kernel.version()))
            .count()
        > 1;
  }

  /** Whether a module may be loaded with these hooks. */
  public Judgement judge(TrialKey wanted) {
    return stopping && !record.hasSurvived(wanted)
        ? new Judgement.Wait("the agent is stopping")
        : judge.of(wanted, record, canaries);
  }

  /**
   * The key of the module in the kernel. If this node knows who made it, the present builder does
   * not matter: the same source may come from another one.
   *
   * @param builder of the module that is built now, if it has the same source
   */
  public TrialKey loaded(String srcversion, String builder, Set<Hook> hooks) {
    return key(
        srcversion,
        record.builderOf(srcversion, kernel.release(), kernel.version()).orElse(builder),
        hooks);
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
    if (unsaved) {
      save();
    }
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

  /** Whether a loaded module has survived here with some hooks, or is being tried. */
  boolean knows(String srcversion) {
    return record.builderOf(srcversion, kernel.release(), kernel.version()).isPresent();
  }

  /** Hooks that a loaded module has survived here, or is being tried with. */
  public Set<Hook> hooksOf(@Nullable String srcversion) {
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
      long end = liveSince == null ? Long.MIN_VALUE : liveSince + soak.toMillis();
      // It may have passed while a call hangs.
      due = end > time.millis() ? end : time.in(LOOK_AGAIN);
    }
    return Math.min(due, judge.dueAt(record));
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
