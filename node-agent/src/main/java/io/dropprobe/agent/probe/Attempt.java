// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import java.util.Map;

/**
 * What a pass tried to do with the probes in the kernel.
 *
 * @param plan the steps; null if none could be taken
 * @param failed verdict by name of the probe, for probes with a refused step
 * @param obstacle verdict of every probe if no step could be taken; else null
 */
public record Attempt(ProbePlan plan, Map<String, Verdict> failed, Verdict obstacle) {
  /**
   * An attempt that could take no step, because the module is not usable yet.
   *
   * @param note what the agent waits for; null if that is not known
   */
  public static Attempt waiting(String note) {
    return prevented(new Verdict.Pending(note == null ? "waiting for the kernel module" : note));
  }

  /** An attempt that could take no step. */
  static Attempt prevented(Verdict obstacle) {
    return new Attempt(null, Map.of(), obstacle);
  }
}
