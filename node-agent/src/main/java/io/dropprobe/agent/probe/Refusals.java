// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Limits;

/** Translates an error of the module into the state of a probe. */
final class Refusals {
  private Refusals() {}

  /**
   * Translates an error.
   *
   * @param module the module that returned it
   */
  static Verdict verdict(Step step, KernelException e, ObservedModule module) {
    if (e.errno() == Errno.EINVAL && (step instanceof Step.Add || step instanceof Step.SetNetns)) {
      return new Verdict.Failed(
          Conditions.Node.MATCH_NOT_SUPPORTED,
          "the loaded module does not support a part of spec.match or spec.stages (EINVAL); wait"
              + " until the module is replaced, or remove that part");
    }
    return switch (e.errno()) {
      case ENOSPC ->
          new Verdict.Failed(
              Conditions.Node.TOO_MANY_PROBES,
              "this kernel already has "
                  + Limits.PROBES_PER_KERNEL
                  + " probes; delete some or select fewer nodes");
      case ENOMEM ->
          new Verdict.Failed(
              Conditions.Node.NO_MEMORY,
              "the counters would exceed the module's memory limit"
                  + memoryLimit(module)
                  + "; delete other probes on this node, or "
                  + ModuleMemory.RAISE_LIMIT);
      // The kernel has changed since it was observed; the next pass observes it again.
      case EBUSY, EEXIST, ENOENT, EAGAIN -> new Verdict.Pending(e.getMessage());
      default -> new Verdict.Failed(Conditions.Node.KERNEL_REFUSED, e.getMessage());
    };
  }

  private static String memoryLimit(ObservedModule module) {
    return module instanceof ObservedModule.Live live && live.memoryLimit() != null
        ? " of " + live.memoryLimit() + " MiB"
        : "";
  }
}
