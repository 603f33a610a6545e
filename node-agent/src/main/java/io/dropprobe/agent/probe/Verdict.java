// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Coverage;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.trial.HookGate;
import io.dropprobe.api.schema.Conditions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** State of a desired probe in this kernel. */
public sealed interface Verdict {
  /**
   * This node owns it, and it is in its desired state.
   *
   * @param reason reason in the report, CamelCase, if it does not count everything that it should;
   *     null means that it does
   * @param note why it does not, and which part of the spec has no effect on this node; null means
   *     that there is nothing to report
   */
  record AsDesired(@Nullable String reason, @Nullable String note) implements Verdict {
    /**
     * Judges a probe.
     *
     * @param coverage which of the kernel's own counters it has; null if none were read
     * @param withoutEffect which part of the spec has no effect on this node; null means that all
     *     have
     */
    static AsDesired of(
        ProbeSnapshot probe, @Nullable Coverage coverage, @Nullable String withoutEffect) {
      long cpus = probe.active() ? probe.missingCpus() : 0;
      List<String> missing = new ArrayList<>();
      if (cpus > 0) {
        missing.add(
            "not counted on %d %s: no memory for their counters"
                .formatted(cpus, cpus == 1 ? "CPU" : "CPUs"));
      }
      if (probe.active() && coverage != null && !coverage.complete()) {
        missing.add(
            "losses that only the kernel's own counters show are incomplete: no memory for those of"
                + " all "
                // Without their number, which may change all the time.
                + (coverage.missingNamespaces() > 0 ? "network namespaces" : "devices"));
      }
      if (missing.isEmpty()) {
        return new AsDesired(null, withoutEffect);
      }
      missing.add(ModuleMemory.RAISE_LIMIT);
      if (withoutEffect != null) {
        missing.add(withoutEffect);
      }
      return new AsDesired(
          cpus > 0 ? Conditions.Node.CPUS_NOT_COUNTED : Conditions.Node.SILENT_LOSSES_INCOMPLETE,
          String.join("; ", missing));
    }
  }

  /** Of a probe whose hooks may not be attached. */
  static Verdict of(HookGate.Obstacle obstacle) {
    return obstacle.reason() == null
        ? new Pending(obstacle.message())
        : new Failed(obstacle.reason(), obstacle.message());
  }

  /**
   * Another node that shares this kernel owns it and counts.
   *
   * @param owner name of the other Node
   */
  record Elsewhere(String owner, String message) implements Verdict {}

  /**
   * It cannot be brought to its desired state.
   *
   * @param reason reason in the report, CamelCase
   */
  record Failed(String reason, String message) implements Verdict {}

  /** Not in its desired state yet; the next pass continues. */
  record Pending(String message) implements Verdict {}
}
