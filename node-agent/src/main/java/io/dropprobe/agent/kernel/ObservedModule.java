// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import org.jspecify.annotations.Nullable;

/** State of the module, by /sys/module/dropprobe and its file drop-packet. */
public sealed interface ObservedModule {
  /** Not loaded. */
  record Absent() implements ObservedModule {}

  /** Being loaded or unloaded now ({@code coming}, {@code going}). */
  record Transient(String initstate) implements ObservedModule {}

  /** Compiled into the kernel: its folder has no file initstate. */
  record BuiltIn() implements ObservedModule {}

  /**
   * Loaded.
   *
   * @param version MODULE_VERSION; null means that the kernel does not show it
   * @param srcversion hash of the module's source; null means that the kernel does not show it
   * @param references the module's reference count
   * @param memoryLimit MiB for the counters of all probes; null means that the kernel does not show
   *     it
   * @param abi version of its proc files; null means that they cannot be read
   * @param namesReasons whether the kernel names its drop reasons
   * @param manualActive whether somebody on the node has activated the probe {@code _manual}
   */
  record Live(
      @Nullable String version,
      @Nullable String srcversion,
      int references,
      @Nullable Long memoryLimit,
      @Nullable Integer abi,
      boolean namesReasons,
      boolean manualActive)
      implements ObservedModule {}
}
