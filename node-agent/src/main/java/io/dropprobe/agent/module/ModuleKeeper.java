package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.platform.Time;
import io.dropprobe.api.v1alpha1.ModuleState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Brings the module to what is wanted, one step each pass, and says where things stand. */
public final class ModuleKeeper {
  /** Takes this node's own probes out of the kernel, their last counts saved. */
  public interface Quiesce {
    /**
     * @throws KernelException when one could not be removed
     * @throws IOException when the last counts could not be read
     */
    void quiesce() throws KernelException, IOException;
  }

  /**
   * For one build of the module. It takes seconds on most nodes, but it runs niced: a busy node
   * must still finish one, because the next build starts from scratch.
   */
  public static final Duration BUILD_DEADLINE = Duration.ofMinutes(30);

  private static final System.Logger LOG = System.getLogger(ModuleKeeper.class.getName());
  private static final int STEPS = 6;

  /** Milliseconds until the builder's answer is looked for again. */
  private static final int ASK_AGAIN = 1000;

  /** How long a pass waits for the kernel to load or unload; it takes milliseconds as a rule. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Kernel kernel;
  private final ModuleSource source;
  private final Time time;
  private final ModuleCalls calls;
  private final Stuck stuck;
  private final Backoff loadBackoff = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(5));
  private final Backoff unloadBackoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));
  private NodeProblem loadProblem;
  private String unloadProblem;
  private boolean sourceAsked;
  private ModuleAction last;
  private boolean acted;

  ModuleKeeper(Kernel kernel, ModuleSource source, Time time) {
    this.kernel = kernel;
    this.source = source;
    this.time = time;
    this.calls = new ModuleCalls(time, PATIENCE);
    this.stuck = new Stuck(time);
  }

  /**
   * @param stateDir the agent's folder on the node; modules are kept below it
   * @param buildDir the folder shared with the builder
   * @param deadline of one build
   */
  public static ModuleKeeper of(
      Kernel kernel, Path stateDir, Path buildDir, Time time, Duration deadline) {
    ModuleCache cache = new ModuleCache(stateDir.resolve("modules"));
    ModuleSource source =
        new ModuleSource(new BuilderClient(buildDir), cache, kernel.facts(), time, deadline);
    return new ModuleKeeper(kernel, source, time);
  }

  /**
   * One pass: as many steps as can be made without waiting.
   *
   * @param desired whether any probe of this node needs the module
   * @param observed the module in the kernel at the beginning of the pass
   */
  public ModuleOutcome pass(
      boolean desired, ObservedModule observed, ModuleUsers users, Quiesce quiesce) {
    if (!desired) {
      source.withdraw();
    }
    acted = false;
    ModuleOutcome outcome = null;
    for (int i = 0; outcome == null && i < STEPS; i++) {
      // After a call the kernel is looked at again: the call, or another agent, has changed it.
      outcome = step(desired, i == 0 ? observed : kernel.module(), users, quiesce);
    }
    return outcome != null
        ? outcome
        : new ModuleOutcome(ModuleState.Building, null, "the module changes under us", null, false);
  }

  /** Whether the last pass has changed the kernel, so that what was observed before it is stale. */
  public boolean acted() {
    return acted;
  }

  /** Whether no load or unload is under way. */
  public boolean idle() {
    return calls.running().isEmpty();
  }

  /** Waits for a load or unload that is under way; returns at once when there is none. */
  public void await(Duration longest) {
    calls.await(longest);
  }

  /** When the next pass is due for the module's sake, in milliseconds of the clock. */
  public long dueAt() {
    if (source.waiting() || calls.running().isPresent()) {
      return time.millis() + ASK_AGAIN;
    }
    // Only what the last pass would have done if it had been time: the rest has no time of its own.
    long due = sourceAsked ? source.dueAt() : Long.MAX_VALUE;
    if (loadProblem != null && last instanceof ModuleAction.Load) {
      due = Math.min(due, loadBackoff.readyAt());
    }
    boolean unloading = last instanceof ModuleAction.Unload || last instanceof ModuleAction.Replace;
    return unloadProblem != null && unloading ? Math.min(due, unloadBackoff.readyAt()) : due;
  }

  /** Null: something was done, look again. */
  private ModuleOutcome step(
      boolean wanted, ObservedModule observed, ModuleUsers users, Quiesce quiesce) {
    Optional<ModuleCalls.Running> running = calls.running();
    if (running.isPresent()) {
      return stuck.during(running.get(), wanted);
    }
    Optional<ModuleCalls.Ended> ended = calls.ended();
    if (ended.isPresent()) {
      acted = true;
      return ended(ended.get());
    }
    Optional<NodeProblem> problem =
        Problems.before(kernel.facts(), kernel.preflight()).or(() -> stuck.between(observed));
    sourceAsked = wanted && problem.isEmpty();
    ModuleSource.Supply supply =
        sourceAsked ? source.get() : new ModuleSource.Supply.Pending("not wanted");
    ModuleFile target = supply instanceof ModuleSource.Supply.Ready r ? r.file() : null;
    if (supply instanceof ModuleSource.Supply.Impossible i) {
      problem = Optional.of(i.problem());
    }
    ModuleAction action =
        ModuleTable.decide(observed, wanted, target == null ? null : target.srcversion(), users);
    last = action;

    if (action instanceof ModuleAction.Load) {
      return load(target);
    }
    if (action instanceof ModuleAction.Replace || action instanceof ModuleAction.Unload) {
      return unload(observed, target, quiesce);
    }
    if (action instanceof ModuleAction.Keep) {
      loadProblem = null;
      unloadProblem = null;
    }
    return Outcomes.of(observed, wanted, action, problem.orElse(null), supply, target);
  }

  private ModuleOutcome load(ModuleFile target) {
    if (loadProblem != null && !loadBackoff.ready(time.millis())) {
      return Outcomes.failed(loadProblem, target);
    }
    Optional<byte[]> content = source.read(target);
    if (content.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} has changed on the disk or fails the check; building again",
          target.file());
      return null;
    }
    byte[] module = content.get();
    acted = true;
    calls.make(ModuleCalls.Kind.LOAD, target, () -> kernel.load(module));
    return null;
  }

  /** Null: look again. */
  private ModuleOutcome ended(ModuleCalls.Ended call) {
    boolean load = call.kind() == ModuleCalls.Kind.LOAD;
    if (call.error() != null) {
      return load
          ? loadRefused(call.error(), call.target())
          : unloadRefused(call.error(), call.target());
    }
    if (load) {
      LOG.log(
          System.Logger.Level.INFO,
          "loaded {0}, srcversion {1}",
          call.target().file(),
          call.target().srcversion());
      loadBackoff.succeeded();
      loadProblem = null;
    } else {
      LOG.log(System.Logger.Level.INFO, "unloaded the module");
      unloadBackoff.succeeded();
      unloadProblem = null;
    }
    return null;
  }

  private ModuleOutcome loadRefused(KernelException e, ModuleFile target) {
    LOG.log(System.Logger.Level.WARNING, e.getMessage());
    if (e.errno() == Errno.EEXIST) {
      ObservedModule observed = kernel.module();
      if (observed instanceof ObservedModule.Live) {
        // Another agent on this kernel was faster.
        return null;
      }
      if (observed instanceof ObservedModule.Transient) {
        return Outcomes.pending("being loaded by another", target);
      }
    }
    if (e.errno() == Errno.EBUSY) {
      return Outcomes.pending("being loaded or unloaded by another", target);
    }
    if (Problems.wrongFile(e.errno()) && source.rebuild()) {
      return null;
    }
    loadBackoff.failed(time.millis());
    loadProblem = Problems.load(e, kernel.preflight());
    return Outcomes.failed(loadProblem, target);
  }

  private ModuleOutcome unload(ObservedModule observed, ModuleFile target, Quiesce quiesce) {
    if (unloadProblem != null && !unloadBackoff.ready(time.millis())) {
      return Outcomes.held(observed, unloadProblem, target);
    }
    acted = true;
    try {
      quiesce.quiesce();
    } catch (KernelException | IOException e) {
      return unloadRefused(e, target);
    }
    calls.make(ModuleCalls.Kind.UNLOAD, target, kernel::unload);
    return null;
  }

  private ModuleOutcome unloadRefused(Exception e, ModuleFile target) {
    unloadBackoff.failed(time.millis());
    unloadProblem = "can't be unloaded: " + e.getMessage();
    return Outcomes.held(kernel.module(), unloadProblem, target);
  }
}
