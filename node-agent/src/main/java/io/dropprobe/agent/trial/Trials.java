// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Conditions;
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

  /** For how long it is looked for so often: probes are added within a pass or two. */
  private static final Duration LOOK_OFTEN = Duration.ofSeconds(10);

  /** How long hooks may stay on trial that nothing attaches, beside the soak. */
  private static final Duration ATTACHES = Duration.ofMinutes(3);

  private final Time time;
  private final KernelFacts kernel;
  private final Duration soak;
  private final TrialJudge judge;
  private final SavedRecord saved;

  /** Whether the disk had no file. */
  private final boolean isNew;

  /** Since when the module of the running trial has been seen in the kernel; null means not yet. */
  private @Nullable Long liveSince;

  /** Since when hooks of the running trial have not been attached; null means that all are. */
  private @Nullable Long unattachedSince;

  /** Whether no probe is about to attach them. */
  private boolean heldUp;

  /** The annotation of the Node when it was last read. */
  private String retry = "";

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
    this.time = time;
    this.kernel = kernel;
    this.soak = soak;
    this.judge = new TrialJudge(node, time, soak, retryAfter);
    TrialFile disk = new TrialFile(file);
    Optional<TrialRecord> before = disk.load();
    this.isNew = before.isEmpty();
    this.unattachedSince = time.millis();
    this.saved = new SavedRecord(disk, time, before.orElse(TrialRecord.EMPTY));
    TrialRecord now = saved.get().inBoot(kernel.bootId());
    if (!now.equals(saved.get())) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the node went down while the module {0} was on trial",
          now.crashes().get(0).key().srcversion());
      saved.change(now);
    }
  }

  private TrialRecord record() {
    return saved.get();
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
   * @param needs of the probes of this node
   * @param asked value of the Node's annotation {@link Names#RETRY_MODULE}; empty if it has none
   * @param others in force for this pass
   */
  public void look(
      ObservedModule module,
      boolean loading,
      Set<Hook> attached,
      HookNeeds needs,
      String asked,
      Canaries others) {
    canaries = others;
    retry = asked;
    heldUp = false;
    saved.change(record().asked(retry));
    saved.saveAgain();
    TrialRecord.Running running = record().running();
    if (running == null || loading || module instanceof ObservedModule.Transient) {
      unattachedSince = time.millis();
      return;
    }
    boolean live =
        module instanceof ObservedModule.Live m
            && running.key().srcversion().equals(m.srcversion());
    if (!live) {
      saved.change(record().ended());
      liveSince = null;
      return;
    }
    Set<Hook> hooks = running.key().hooks();
    if (!contain(attached, needs.tried(), hooks)) {
      // A probe has ended before its hooks were proven.
      narrow(attached, needs.tried());
    } else if (!attached.containsAll(hooks)) {
      liveSince = null;
      if (unattachedSince == null) {
        unattachedSince = time.millis();
      } else if (time.millis() >= unattachedUntil()) {
        narrow(attached, Set.of());
        return;
      }
      heldUp = !contain(attached, needs.wanted(), hooks);
    } else if (liveSince == null) {
      unattachedSince = null;
      liveSince = time.millis();
    } else if (time.millis() - liveSince >= soak.toMillis()) {
      LOG.log(
          System.Logger.Level.INFO,
          "the node has survived the module {0} ({1}) for {2}",
          running.key().srcversion(),
          Hook.format(running.key().hooks()),
          Durations.format(soak));
      saved.change(record().proven());
      liveSince = null;
    }
  }

  private static boolean contain(Set<Hook> some, Set<Hook> others, Set<Hook> all) {
    return all.stream().allMatch(h -> some.contains(h) || others.contains(h));
  }

  /** The running trial goes on with these hooks; before others are attached it begins again. */
  private void narrow(Set<Hook> some, Set<Hook> others) {
    Set<Hook> left = EnumSet.noneOf(Hook.class);
    left.addAll(some);
    left.addAll(others);
    saved.change(record().narrowed(left));
    liveSince = null;
    unattachedSince = time.millis();
  }

  private long unattachedUntil() {
    return unattachedSince == null
        ? Long.MAX_VALUE
        : unattachedSince + soak.plus(ATTACHES).toMillis();
  }

  /**
   * The running trial while the kernel refuses the probes whose hooks it is about: it says nothing
   * about the module. Empty if there is none.
   */
  public Optional<TrialKey> heldUp() {
    return heldUp ? running() : Optional.empty();
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
      TrialKey.of(report).ifPresent(key -> saved.change(record().crashedTwice(key)));
    }
  }

  /** The running trial; empty if there is none. */
  public Optional<TrialKey> running() {
    return Optional.ofNullable(record().running()).map(TrialRecord.Running::key);
  }

  /** Names of the directories in the cache that this node needs to go back to a module. */
  public Set<String> files() {
    return record().files(kernel.release(), kernel.version());
  }

  /** Whether more than one module has taken this node down: then it may be something else. */
  public boolean isDoubtful() {
    return record().crashes().stream()
            .map(TrialRecord.Crash::key)
            .filter(k -> k.release().equals(kernel.release()))
            .filter(k -> k.version().equals(kernel.version()))
            .count()
        > 1;
  }

  /** Whether a module may be loaded with these hooks. */
  public Judgement judge(TrialKey wanted) {
    if (stopping && !record().hasSurvived(wanted)) {
      return new Judgement.Wait("the agent is stopping");
    }
    Judgement judgement = judge.of(wanted, record(), canaries);
    boolean begins =
        judgement.phase() == TrialPhase.Running
            && !record().hasSurvived(wanted)
            && !record().isRunning(wanted);
    String error = saved.error();
    return begins && error != null
        ? new Judgement.Refused(
            TrialPhase.Waiting, Conditions.Node.TRIAL_NOT_SAVED, notSaved(error))
        : judgement;
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
        record().builderOf(srcversion, kernel.release(), kernel.version()).orElse(builder),
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
    if (stopping || record().isRunning(key)) {
      return;
    }
    TrialRecord begun =
        record().begun(key, kernel.bootId(), cached, retry.equals(key.srcversion()));
    saved.write(begun);
    liveSince = null;
    unattachedSince = time.millis();
  }

  /**
   * Finds out whether {@link #begin} would succeed.
   *
   * @throws IOException if the record cannot be written
   */
  public void ensureWritable() throws IOException {
    saved.write(record());
  }

  /**
   * Ends the running trial, because the agent ends in order: if the node goes down afterwards, this
   * is most likely a planned reboot.
   */
  public void stop() {
    stopping = true;
    saved.change(record().ended());
    saved.saveLast();
  }

  /**
   * Explains that {@link #begin} failed.
   *
   * @param error of the file system
   */
  public static String notSaved(@Nullable String error) {
    return "the agent cannot write to /var/lib/dropprobe that a module is on trial (%s), so it loads none and attaches no new hooks; make space or make it writable, and it goes on by itself"
        .formatted(error);
  }

  /** Whether a loaded module has survived here with some hooks, or is being tried. */
  boolean knows(String srcversion) {
    return record().builderOf(srcversion, kernel.release(), kernel.version()).isPresent();
  }

  /** Hooks that a loaded module has survived here, or is being tried with. */
  public Set<Hook> hooksOf(@Nullable String srcversion) {
    return record().hooksOf(srcversion, kernel.release(), kernel.version());
  }

  /** What this node has survived in this kernel, the newest first. */
  public List<TrialRecord.Survival> survived() {
    return record().survived().stream()
        .filter(s -> s.key().release().equals(kernel.release()))
        .filter(s -> s.key().version().equals(kernel.version()))
        .toList();
  }

  /** When the next pass is due for a trial, in milliseconds of the clock. */
  public long dueAt() {
    long due = Long.MAX_VALUE;
    if (record().running() != null) {
      long end = liveSince == null ? unattachedUntil() : liveSince + soak.toMillis();
      boolean often =
          unattachedSince != null && time.millis() - unattachedSince < LOOK_OFTEN.toMillis();
      // It may have passed while a call hangs.
      due = end > time.millis() && !often ? end : time.in(LOOK_AGAIN);
    }
    return Math.min(Math.min(due, saved.dueAt()), judge.dueAt(record()));
  }
}
