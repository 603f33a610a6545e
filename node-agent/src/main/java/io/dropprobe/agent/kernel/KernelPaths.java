// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.nio.file.Path;

/**
 * Paths of the kernel's files; tests lay them out in a folder.
 *
 * @param proc {@code /proc}
 * @param procNet the module's folder, {@code /proc/mooc/net}
 * @param sysModule {@code /sys/module}
 * @param securityfs the host's securityfs, mounted into the container
 */
public record KernelPaths(Path proc, Path procNet, Path sysModule, Path securityfs) {
  /** The module's name in the kernel. */
  public static final String MODULE = "dropprobe";

  /** The module's parameter for the memory of all counters, in MiB. */
  static final String MEMORY_LIMIT = "memory_limit_mib";

  Path dropPacket() {
    return procNet.resolve("drop-packet");
  }

  Path dropProbes() {
    return procNet.resolve("drop-probes");
  }

  Path control() {
    return dropProbes().resolve("control");
  }
}
