// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static io.dropprobe.api.schema.Conditions.Node.LOAD_FAILED;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_HELD;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_LOADED;

import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.api.v1alpha1.ModuleState;
import org.jspecify.annotations.Nullable;

/** Derives the outcome of a pass from what was observed, decided and tried. */
final class Outcomes {
  private Outcomes() {}

  static ModuleOutcome failed(NodeProblem problem, @Nullable ModuleFile target) {
    ModuleState state = problem.unsupported() ? ModuleState.Unsupported : ModuleState.Failed;
    return new ModuleOutcome(state, problem, null, target, false);
  }

  static ModuleOutcome pending(String note, @Nullable ModuleFile target) {
    return new ModuleOutcome(ModuleState.Building, null, note, target, false);
  }

  static ModuleOutcome held(ObservedModule observed, String reason, @Nullable ModuleFile target) {
    NodeProblem problem = new NodeProblem(MODULE_LOADED, MODULE_HELD, reason, false);
    return kept(observed, problem, target);
  }

  /** The module stays as it is, because of a problem with its successor. */
  static ModuleOutcome kept(
      ObservedModule observed, NodeProblem problem, @Nullable ModuleFile target) {
    return new ModuleOutcome(ModuleState.Loaded, problem, null, target, usable(observed));
  }

  static boolean usable(ObservedModule observed) {
    return observed instanceof ObservedModule.Live live && ModuleTable.usable(live);
  }

  static ModuleOutcome of(
      ObservedModule observed,
      boolean desired,
      ModuleAction action,
      @Nullable NodeProblem problem,
      @Nullable String waits,
      ModuleSource.Supply supply) {
    ModuleFile target = supply.file();
    if (action instanceof ModuleAction.Held h) {
      // A shared kernel is no problem; a manual probe is, because somebody must end it.
      if (h.byManualProbe()) {
        return held(observed, h.reason(), target);
      }
      // Another node still uses the module; this one has left nothing behind.
      ModuleState state = desired ? ModuleState.Loaded : ModuleState.Absent;
      return new ModuleOutcome(state, problem, h.reason(), target, usable(observed));
    }
    if (action instanceof ModuleAction.Refuse r) {
      return failed(new NodeProblem(MODULE_LOADED, LOAD_FAILED, r.reason(), true), target);
    }
    if (usable(observed)) {
      return new ModuleOutcome(ModuleState.Loaded, problem, waits, target, true);
    }
    if (!desired) {
      boolean loaded =
          observed instanceof ObservedModule.Live || observed instanceof ObservedModule.Transient;
      return new ModuleOutcome(
          loaded ? ModuleState.Loaded : ModuleState.Absent, problem, null, null, false);
    }
    if (problem != null) {
      return failed(problem, target);
    }
    if (waits != null) {
      return pending(waits, target);
    }
    String note =
        supply instanceof ModuleSource.Supply.Pending p
            ? p.reason()
            : ((ModuleAction.Wait) action).reason();
    return pending(note, target);
  }
}
