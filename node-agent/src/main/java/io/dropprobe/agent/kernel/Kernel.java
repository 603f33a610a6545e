// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Access to the running kernel. Every call reads it again; nothing is cached. */
public interface Kernel {
  /** Release, version and boot of the running kernel. */
  KernelFacts facts();

  /** Reads the state that decides whether the kernel accepts a module. */
  Preflight preflight();

  /** Reads the state of the module. */
  ObservedModule module();

  /**
   * Reads all probes in the kernel with their counters, of any owner, sorted by name.
   *
   * @throws IOException if a file cannot be read, or every read of it is truncated
   */
  List<ProbeSnapshot> probes() throws IOException;

  /**
   * Reads one probe with its counters.
   *
   * @return empty if the kernel has no probe of that name
   * @throws IOException if its file cannot be read, or every read of it is truncated
   */
  Optional<ProbeSnapshot> probe(String name) throws IOException;

  /**
   * Reads the names of the kernel's drop reasons.
   *
   * @throws IOException if the file cannot be read, or every read of it is truncated
   */
  ReasonNames reasons() throws IOException;

  /**
   * Reads the kernel's network namespaces; none if the module does not list them.
   *
   * @throws IOException if the file cannot be read, or every read of it is truncated
   */
  NetNamespaces netNamespaces() throws IOException;

  /**
   * Reads the kernel's interfaces; none if the module does not list them.
   *
   * @throws IOException if the file cannot be read, or every read of it is truncated
   */
  Interfaces interfaces() throws IOException;

  /**
   * Reads the kernel's own counters, as they have grown while a probe counted. The kernel adds them
   * up for each namespace, so this is not for each pass.
   *
   * @param name of the probe
   * @param interfaces those whose errors are wanted
   * @return {@link Netstat#NONE} if the kernel has no probe of that name, or the module does not
   *     read them
   * @throws IOException if the file cannot be read, or every read of it is truncated
   */
  Netstat netstat(String name, Interfaces interfaces) throws IOException;

  /** The same, but null if they cannot be read, which is logged: frees are counted without them. */
  default @Nullable Netstat netstatOrNull(String name, Interfaces interfaces) {
    try {
      return netstat(name, interfaces);
    } catch (IOException e) {
      System.getLogger(Kernel.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "DropProbe {0}: cannot read the kernel''s own counters: {1}; this pass goes on without them",
              name,
              e.toString());
      return null;
    }
  }

  /**
   * Writes one command to the control file, in one write(2).
   *
   * @param command one line, without the line break
   * @throws KernelException if the module refuses it, in which case nothing has changed
   */
  void command(String command) throws KernelException;

  /**
   * Loads a module.
   *
   * @param module content of the .ko file
   * @param memoryLimit MiB for the counters of all probes
   * @throws KernelException if the kernel refuses it
   */
  void load(byte[] module, int memoryLimit) throws KernelException;

  /**
   * Unloads the module without waiting for its users (O_NONBLOCK).
   *
   * @throws KernelException with EAGAIN (EWOULDBLOCK) while the module is in use
   */
  void unload() throws KernelException;
}
