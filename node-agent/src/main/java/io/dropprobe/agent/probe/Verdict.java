// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.schema.Conditions;
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
     * @param withoutEffect which part of the spec has no effect on this node; null means that all
     *     have
     */
    static AsDesired of(ProbeSnapshot probe, @Nullable String withoutEffect) {
      long missing = probe.missingCpus();
      if (missing == 0 || !probe.active()) {
        return new AsDesired(null, withoutEffect);
      }
      String message =
          "not counted on %d %s: no memory for their counters; %s"
              .formatted(missing, missing == 1 ? "CPU" : "CPUs", ModuleMemory.RAISE_LIMIT);
      return new AsDesired(
          Conditions.Node.CPUS_NOT_COUNTED,
          withoutEffect == null ? message : message + "; " + withoutEffect);
    }
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
