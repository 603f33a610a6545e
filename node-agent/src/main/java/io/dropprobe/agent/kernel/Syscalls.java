package io.dropprobe.agent.kernel;

import java.nio.file.Path;

/** The system calls that Java has no way to make. */
public interface Syscalls {
  /**
   * finit_module(2) without parameters, of a file in memory that only this call can reach: what was
   * checked is what is loaded, whatever becomes of the file that it came from.
   *
   * @param module content of the file
   * @throws KernelException with the errno
   */
  void loadModule(byte[] module) throws KernelException;

  /**
   * delete_module(2) with O_NONBLOCK.
   *
   * @throws KernelException with the errno
   */
  void unloadModule(String name) throws KernelException;

  /**
   * One write(2) of all bytes. Java's own streams tell an error by its text only, and the errno is
   * what the module answers with.
   *
   * @throws KernelException with the errno
   */
  void write(Path file, byte[] bytes) throws KernelException;
}
