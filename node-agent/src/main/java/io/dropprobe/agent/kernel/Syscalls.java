// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.nio.file.Path;

/** System calls that the Java library does not offer. */
public interface Syscalls {
  /**
   * Calls finit_module(2) on a file in memory that no other process can reach: the bytes that were
   * checked are loaded, whatever happens to the file that they came from.
   *
   * @param module content of the .ko file
   * @param parameters the module's parameters, {@code name=value}, separated by blanks
   * @throws KernelException with the errno
   */
  void loadModule(byte[] module, String parameters) throws KernelException;

  /**
   * Calls delete_module(2) with O_NONBLOCK.
   *
   * @throws KernelException with the errno
   */
  void unloadModule(String name) throws KernelException;

  /**
   * Writes all bytes in one write(2). The module answers with an errno, which Java's streams show
   * only as text.
   *
   * @throws KernelException with the errno
   */
  void write(Path file, byte[] bytes) throws KernelException;
}
