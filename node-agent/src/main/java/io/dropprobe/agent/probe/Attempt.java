// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a pass tried to do with the probes in the kernel.
 *
 * @param plan the steps; none if none could be taken
 * @param failed verdict by name of the probe, for probes with a refused step
 * @param obstacle verdict of every probe if no step could be taken; null means that steps could be
 */
public record Attempt(ProbePlan plan, Map<String, Verdict> failed, @Nullable Verdict obstacle) {
  /**
   * An attempt that could take no step, because the module is not usable yet.
   *
   * @param note what the agent waits for; null means unknown
   */
  public static Attempt waiting(@Nullable String note) {
    return prevented(new Verdict.Pending(note == null ? "waiting for the kernel module" : note));
  }

  /** An attempt that could take no step. */
  static Attempt prevented(Verdict obstacle) {
    return new Attempt(ProbePlan.NONE, Map.of(), obstacle);
  }
}
