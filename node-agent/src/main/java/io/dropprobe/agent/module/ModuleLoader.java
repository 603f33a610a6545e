// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.platform.Backoff;
import io.dropprobe.agent.trial.Trials;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Conditions;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Loads and unloads the module, and judges the kernel's answers. A method that returns null has
 * done something, so that the state must be looked at again.
 */
final class ModuleLoader {
  private static final System.Logger LOG = System.getLogger(ModuleLoader.class.getName());

  /** How long a pass waits for a load or unload; most take milliseconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  final ModuleCalls calls;
  private final Kernel kernel;
  private final ModuleSource source;
  private final Trials trials;
  private final TargetChoice targets;
  private final Time time;
  private final int memoryLimit;
  private final Backoff loadBackoff = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(5));
  private final Backoff unloadBackoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));
  private @Nullable NodeProblem loadProblem;
  private @Nullable String unloadProblem;

  ModuleLoader(
      Kernel kernel,
      ModuleSource source,
      Trials trials,
      TargetChoice targets,
      Time time,
      int memoryLimit) {
    this.calls = new ModuleCalls(time, PATIENCE);
    this.kernel = kernel;
    this.source = source;
    this.trials = trials;
    this.targets = targets;
    this.time = time;
    this.memoryLimit = memoryLimit;
  }

  /** Forgets what failed: the module is as it should be. */
  void settled() {
    loadProblem = null;
    unloadProblem = null;
  }

  /**
   * When a failed call is made again, in milliseconds of the clock; Long.MAX_VALUE for never.
   *
   * @param last what the last pass wanted to do
   */
  long dueAt(@Nullable ModuleAction last) {
    if (loadProblem != null && last instanceof ModuleAction.Load) {
      return loadBackoff.readyAt();
    }
    boolean unloading = last instanceof ModuleAction.Unload || last instanceof ModuleAction.Replace;
    return unloadProblem != null && unloading ? unloadBackoff.readyAt() : Long.MAX_VALUE;
  }

  /**
   * Unloads the module to load another one. That is not on trial before it is loaded: if this
   * unload hangs, it is not to blame. If its trial could not be recorded, the old one stays.
   */
  @Nullable ModuleOutcome replace(
      ObservedModule observed, TargetChoice.Target next, Quiesce quiesce) {
    if (isUnloadDue()) {
      try {
        trials.ensureWritable();
      } catch (IOException e) {
        return Outcomes.kept(observed, notSaved(e), next.file());
      }
    }
    return unload(observed, next.file(), quiesce);
  }

  /** Whether a load, or an unload before it, would be made now: none has failed a moment ago. */
  boolean isReady() {
    return isUnloadDue() && (loadProblem == null || loadBackoff.ready(time.millis()));
  }

  private boolean isUnloadDue() {
    return unloadProblem == null || unloadBackoff.ready(time.millis());
  }

  /** Puts a module on trial; empty if that is on the disk. */
  private Optional<NodeProblem> begin(TargetChoice.Target target) {
    try {
      trials.begin(target.key(), target.file().key());
      return Optional.empty();
    } catch (IOException e) {
      loadBackoff.failed(time.millis());
      loadProblem = notSaved(e);
      return Optional.of(loadProblem);
    }
  }

  private static NodeProblem notSaved(IOException e) {
    return new NodeProblem(
        Conditions.Node.MODULE_LOADED,
        Conditions.Node.TRIAL_NOT_SAVED,
        Trials.notSaved(e.getMessage()),
        false);
  }

  /** Loads a module, after it was recorded that it is on trial. */
  @Nullable ModuleOutcome load(TargetChoice.Target next) {
    ModuleFile target = next.file();
    if (loadProblem != null && !loadBackoff.ready(time.millis())) {
      return Outcomes.failed(loadProblem, target);
    }
    Optional<byte[]> content = source.read(target);
    if (content.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cached module {0} has changed or fails the check; it is deleted",
          target.file());
      return null;
    }
    Optional<NodeProblem> obstacle = begin(next);
    if (obstacle.isPresent()) {
      return Outcomes.failed(obstacle.get(), target);
    }
    byte[] module = content.get();
    calls.make(ModuleCalls.Kind.LOAD, target, () -> kernel.load(module, memoryLimit));
    return null;
  }

  /** Takes the result of a call. */
  @Nullable ModuleOutcome ended(ModuleCalls.Ended call) {
    boolean load = call.kind() == ModuleCalls.Kind.LOAD;
    if (call.error() != null) {
      return load
          ? loadRefused(call.error(), call.target())
          : unloadRefused(call.error(), call.target());
    }
    if (load) {
      ModuleFile file = call.target();
      if (file != null) {
        LOG.log(
            System.Logger.Level.INFO,
            "loaded the module {0}, srcversion {1}",
            file.file(),
            file.srcversion());
      }
      loadBackoff.succeeded();
      loadProblem = null;
    } else {
      LOG.log(System.Logger.Level.INFO, "unloaded the module");
      unloadBackoff.succeeded();
      unloadProblem = null;
    }
    return null;
  }

  private @Nullable ModuleOutcome loadRefused(KernelException e, @Nullable ModuleFile target) {
    LOG.log(System.Logger.Level.WARNING, "cannot load the module: {0}", e.getMessage());
    if (e.errno() == Errno.EEXIST) {
      ObservedModule observed = kernel.module();
      if (observed instanceof ObservedModule.Live) {
        // Another agent on this kernel has loaded it.
        return null;
      }
      if (observed instanceof ObservedModule.Transient) {
        return Outcomes.pending("another process is loading the module", target);
      }
    }
    if (e.errno() == Errno.EBUSY) {
      return Outcomes.pending("another process is loading or unloading the module", target);
    }
    NodeProblem problem = Problems.load(e, kernel.preflight());
    boolean current = target != null && source.isCurrent(target);
    if (current && Problems.wrongFile(e.errno()) && source.rebuild()) {
      return null;
    }
    if (target != null && current && targets.hasAnother(target, problem)) {
      return null;
    }
    loadBackoff.failed(time.millis());
    loadProblem = problem;
    return Outcomes.failed(problem, target);
  }

  /**
   * Unloads the module.
   *
   * @param target what is to be loaded afterwards; null means nothing
   */
  @Nullable ModuleOutcome unload(
      ObservedModule observed, @Nullable ModuleFile target, Quiesce quiesce) {
    if (unloadProblem != null && !isUnloadDue()) {
      return Outcomes.held(observed, unloadProblem, target);
    }
    try {
      quiesce.quiesce();
    } catch (KernelException | IOException e) {
      return unloadRefused(e, target);
    }
    calls.make(ModuleCalls.Kind.UNLOAD, target, kernel::unload);
    return null;
  }

  private ModuleOutcome unloadRefused(Exception e, @Nullable ModuleFile target) {
    unloadBackoff.failed(time.millis());
    unloadProblem = "the module cannot be unloaded: " + e.getMessage() + "; will retry";
    return Outcomes.held(kernel.module(), unloadProblem, target);
  }
}
