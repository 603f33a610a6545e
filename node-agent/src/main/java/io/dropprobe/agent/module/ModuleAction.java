package io.dropprobe.agent.module;

/** What is to be done with the module. */
sealed interface ModuleAction {
  /** Nothing: it is as wanted (there or not), or good enough. */
  record Keep() implements ModuleAction {}

  /** Load the target. */
  record Load() implements ModuleAction {}

  /** Take the loaded one out and load the target. */
  record Replace() implements ModuleAction {}

  /** Take it out. */
  record Unload() implements ModuleAction {}

  /** Nothing now; look again soon. */
  record Wait(String reason) implements ModuleAction {}

  /**
   * It should be taken out or replaced, and somebody else holds it.
   *
   * @param byManualProbe true for the probe {@code _manual}, false for other nodes of this kernel
   */
  record Held(String reason, boolean byManualProbe) implements ModuleAction {}

  /** It can't be as wanted. */
  record Refuse(String reason) implements ModuleAction {}
}
