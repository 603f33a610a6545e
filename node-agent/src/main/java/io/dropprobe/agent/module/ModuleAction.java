// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

/** What the agent does with the module next. */
sealed interface ModuleAction {
  /** Nothing: the module is in the desired state, or cannot be brought closer to it now. */
  record Keep() implements ModuleAction {}

  /** Load the module that was built. */
  record Load() implements ModuleAction {}

  /** Unload the loaded module and load the one that was built. */
  record Replace() implements ModuleAction {}

  /** Unload it. */
  record Unload() implements ModuleAction {}

  /** Nothing now; the next pass looks again. */
  record Wait(String reason) implements ModuleAction {}

  /**
   * It should be unloaded or replaced, but somebody else uses it.
   *
   * @param byManualProbe true if the manual probe counts, false if another node uses it
   */
  record Held(String reason, boolean byManualProbe) implements ModuleAction {}

  /** It cannot be brought to the desired state. */
  record Refuse(String reason) implements ModuleAction {}
}
