package io.dropprobe.agent.kernel;

import java.nio.file.Path;

/** The system calls that Java has no way to make. */
public interface Syscalls {
  /**
   * init_module(2) without parameters. Not finit_module: what is in memory is what was checked,
   * whatever becomes of a file.
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
