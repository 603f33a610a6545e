package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Limits;

/** What it means for a probe that the module has refused a command. */
final class Refusals {
  private Refusals() {}

  static Verdict verdict(Step step, KernelException e) {
    if (e.errno() == Errno.EINVAL && step instanceof Step.Add add) {
      return new Verdict.Failed(Conditions.Node.MATCH_NOT_SUPPORTED, notSupported(add.probe(), e));
    }
    if (e.errno() == Errno.EINVAL && step instanceof Step.SetNetns set) {
      return new Verdict.Failed(Conditions.Node.MATCH_NOT_SUPPORTED, notSupported(set.probe(), e));
    }
    return switch (e.errno()) {
      case ENOSPC ->
          new Verdict.Failed(
              Conditions.Node.TOO_MANY_PROBES,
              "this kernel has "
                  + Limits.PROBES_PER_KERNEL
                  + " probes already; delete some or select fewer nodes");
      case ENOMEM ->
          new Verdict.Failed(
              Conditions.Node.NO_MEMORY,
              "the counters would exceed the module's memory limit (memory_limit_mib)");
      // The kernel has changed since it was looked at; the next pass sees it.
      case EBUSY, EEXIST, ENOENT, EAGAIN -> new Verdict.Pending(e.getMessage());
      default -> new Verdict.Failed(Conditions.Node.KERNEL_REFUSED, e.getMessage());
    };
  }

  /** The parts that came last to the module are the first that an older one does not know. */
  private static String notSupported(WantedProbe probe, KernelException e) {
    String late = Options.lateFields(probe);
    String fields = late.isEmpty() ? Options.fields(probe) : late;
    return fields.isEmpty()
        ? "the module refused the probe: " + e.getMessage()
        : fields + " not supported by the loaded module; remove it to count on this node";
  }
}
