package io.dropprobe.agent.kernel;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The running kernel as the agent sees it. Every call looks afresh; nothing is kept. */
public interface Kernel {
  /** Which kernel this is. */
  KernelFacts facts();

  /** What would keep a module from being loaded. */
  Preflight preflight();

  /** Whether the module is there, and which. */
  ObservedModule module();

  /**
   * All probes in the kernel, whoever owns them, each with a whole snapshot of its counters; sorted
   * by name.
   *
   * @throws IOException when the files can't be read, or stay torn
   */
  List<ProbeSnapshot> probes() throws IOException;

  /**
   * One probe, with a whole snapshot of its counters.
   *
   * @param name of the probe
   * @return empty when the kernel has no probe of that name
   * @throws IOException when its file can't be read, or stays torn
   */
  Optional<ProbeSnapshot> probe(String name) throws IOException;

  /**
   * The drop reasons that the kernel names.
   *
   * @throws IOException when the file can't be read
   */
  ReasonNames reasons() throws IOException;

  /**
   * The network namespaces; none where the module does not list them.
   *
   * @throws IOException when the file can't be read, or stays torn
   */
  NetNamespaces netNamespaces() throws IOException;

  /**
   * Writes one command to the control file, in one write(2).
   *
   * @param command without line break
   * @throws KernelException when it is refused; nothing has changed then
   */
  void command(String command) throws KernelException;

  /**
   * Loads a module.
   *
   * @param module content of the file
   * @throws KernelException when it is refused
   */
  void load(byte[] module) throws KernelException;

  /**
   * Unloads the module, without waiting (O_NONBLOCK).
   *
   * @throws KernelException EAGAIN (EWOULDBLOCK) while it is in use
   */
  void unload() throws KernelException;
}
