// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

/** What the user can do when the module has no memory for counters. */
final class ModuleMemory {
  /** The next step, for the end of a message. */
  static final String RAISE_LIMIT =
      "raise moduleMemoryLimit in the settings (kubectl -n dropprobe-system edit configmap"
          + " dropprobe); it takes effect when the module is next loaded";

  private ModuleMemory() {}
}
