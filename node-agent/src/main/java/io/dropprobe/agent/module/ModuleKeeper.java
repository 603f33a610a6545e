// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.trial.Trials;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Brings the module to its desired state, as far as one pass can without waiting. */
public final class ModuleKeeper {
  /**
   * For one build of the module. It takes seconds on most nodes, but it runs niced: a busy node
   * must still finish one, because the next build starts from scratch.
   */
  public static final Duration BUILD_DEADLINE = Duration.ofMinutes(30);

  /** Enough to replace the module, and to go back when the kernel refuses the new one. */
  private static final int STEPS = 8;

  /** Milliseconds until the agent looks for the builder's answer again. */
  private static final int ANSWER_POLL = 1000;

  private final Kernel kernel;
  private final ModuleSource source;
  private final TargetChoice targets;
  private final ModuleLoader loader;
  private final ModuleCalls calls;
  private final Time time;
  private final Stuck stuck;
  private boolean sourceNeeded;
  private @Nullable ModuleAction last;
  private @Nullable ShownTrial shown;

  /** Whether the last pass came so far as to choose a module. */
  private boolean chosen;

  private boolean acted;

  ModuleKeeper(Kernel kernel, ModuleSource source, Trials trials, Time time, int memoryLimit) {
    this.kernel = kernel;
    this.source = source;
    this.targets = new TargetChoice(source, trials);
    this.loader = new ModuleLoader(kernel, source, trials, targets, time, memoryLimit);
    this.calls = loader.calls;
    this.time = time;
    this.stuck = new Stuck(time);
  }

  /**
   * Makes the keeper with its parts.
   *
   * @param stateDir the agent's directory on the node, where modules are kept
   * @param buildDir the directory shared with the builder
   * @param trials of this node
   * @param deadline for one build
   * @param memoryLimit MiB for the counters of all probes, with which the module is loaded
   */
  public static ModuleKeeper of(
      Kernel kernel,
      Path stateDir,
      Path buildDir,
      Trials trials,
      Time time,
      Duration deadline,
      int memoryLimit) {
    ModuleCache cache = new ModuleCache(stateDir.resolve("modules"), trials::files);
    ModuleSource source =
        new ModuleSource(new BuilderClient(buildDir), cache, kernel.facts(), time, deadline);
    return new ModuleKeeper(kernel, source, trials, time, memoryLimit);
  }

  /**
   * Takes as many steps as possible without waiting.
   *
   * @param desired whether a probe of this node needs the module
   * @param hooks that the probes of this node need
   * @param observed the module in the kernel at the beginning of the pass
   * @param users who else uses the module
   */
  public ModuleOutcome pass(
      boolean desired,
      Set<Hook> hooks,
      ObservedModule observed,
      ModuleUsers users,
      Quiesce quiesce) {
    if (!desired) {
      source.withdraw();
    }
    acted = false;
    ShownTrial before = shown;
    shown = null;
    chosen = false;
    ModuleOutcome outcome = null;
    for (int i = 0; outcome == null && i < STEPS; i++) {
      // Look again after a step: the agent's own call or another agent has changed the module.
      acted |= i > 0;
      outcome = step(desired, hooks, i == 0 ? observed : kernel.module(), users, quiesce);
    }
    if (desired && !chosen) {
      // A call hangs, of this process or another: the trial goes on.
      shown = idle() ? targets.running() : hangs(before);
    }
    return outcome != null
        ? outcome
        : new ModuleOutcome(
            ModuleState.Building,
            null,
            "module state changed concurrently; will retry",
            null,
            false);
  }

  /** While the module of before can't be unloaded, the next one has not begun its trial. */
  private @Nullable ShownTrial hangs(@Nullable ShownTrial before) {
    boolean unloading =
        calls
            .running()
            .filter(c -> c.kind() == ModuleCalls.Kind.UNLOAD)
            .filter(c -> c.millis() >= Stuck.AFTER.toMillis())
            .isPresent();
    return before != null && unloading ? before.waiting() : before;
  }

  /** Whether the last pass changed the kernel or looked again: earlier observations are stale. */
  public boolean acted() {
    return acted;
  }

  /** What the last pass found of the module that is wanted; null means that there is none yet. */
  public @Nullable ShownTrial trial() {
    return shown;
  }

  /** Whether no load or unload is running. */
  public boolean idle() {
    return calls.running().isEmpty();
  }

  /** Waits for a running load or unload; returns at once if there is none. */
  public void await(Duration longest) {
    calls.await(longest);
  }

  /** When the module needs the next pass, in milliseconds of the clock. */
  public long dueAt() {
    if (source.waiting() || calls.running().isPresent()) {
      return time.millis() + ANSWER_POLL;
    }
    // Only what the last pass would have done if it had been due then.
    long due = sourceNeeded ? source.dueAt() : Long.MAX_VALUE;
    return Math.min(due, loader.dueAt(last));
  }

  /** A node that cannot load the module now for another reason has not begun its trial. */
  private @Nullable ShownTrial shown(
      TargetChoice.Choice choice, ObservedModule observed, ModuleUsers users) {
    ShownTrial trial = targets.orHeldUp(choice.shown());
    if (trial == null || trial.phase() != TrialPhase.Running) {
      return trial;
    }
    ModuleAction action = ModuleTable.decide(observed, true, trial.key().srcversion(), users);
    boolean loads = action instanceof ModuleAction.Load || action instanceof ModuleAction.Replace;
    boolean loaded = action instanceof ModuleAction.Keep;
    return loaded || (loads && loader.isReady()) ? trial : trial.waiting();
  }

  /** Returns null if something was done, so that the state must be looked at again. */
  private @Nullable ModuleOutcome step(
      boolean desired,
      Set<Hook> hooks,
      ObservedModule observed,
      ModuleUsers users,
      Quiesce quiesce) {
    Optional<ModuleCalls.Running> running = calls.running();
    if (running.isPresent()) {
      return stuck.during(running.get(), desired);
    }
    Optional<ModuleCalls.Ended> ended = calls.ended();
    if (ended.isPresent()) {
      acted = true;
      return loader.ended(ended.get());
    }
    Optional<NodeProblem> problem =
        Problems.before(kernel.facts(), kernel.preflight()).or(() -> stuck.between(observed));
    sourceNeeded = desired && problem.isEmpty();
    ModuleSource.Supply supply =
        sourceNeeded ? source.get() : new ModuleSource.Supply.Pending("no probe needs the module");
    TargetChoice.Choice choice =
        sourceNeeded
            ? targets.choose(observed, supply, hooks)
            : new TargetChoice.Choice(null, null, null, null);
    shown = shown(choice, observed, users);
    chosen = sourceNeeded;
    TargetChoice.Target next = choice.target();
    ModuleFile target = next == null ? null : next.file();
    if (choice.problem() != null) {
      problem = Optional.of(choice.problem());
    }
    ModuleAction action =
        ModuleTable.decide(observed, desired, target == null ? null : target.srcversion(), users);
    last = action;

    if (action instanceof ModuleAction.Load && next != null) {
      return loader.load(next);
    }
    if (action instanceof ModuleAction.Replace && next != null) {
      acted = true;
      return loader.replace(observed, next, quiesce);
    }
    if (action instanceof ModuleAction.Unload) {
      acted = true;
      return loader.unload(observed, target, quiesce);
    }
    if (action instanceof ModuleAction.Keep) {
      loader.settled();
    }
    return Outcomes.of(observed, desired, action, problem.orElse(null), choice.note(), supply);
  }
}
