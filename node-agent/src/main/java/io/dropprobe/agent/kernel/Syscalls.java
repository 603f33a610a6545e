package io.dropprobe.agent.kernel;

import java.nio.file.Path;

/** The system calls that Java has no way to make. */
public interface Syscalls {
  /**
   * finit_module(2) without parameters and flags.
   *
   * @throws KernelException with the errno
   */
  void loadModule(Path file) throws KernelException;

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
