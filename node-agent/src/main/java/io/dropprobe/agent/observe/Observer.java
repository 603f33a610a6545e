// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.observe;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.agent.pod.PodNetns;
import java.io.IOException;
import java.util.List;

/**
 * Reads the kernel for a pass. Reading the probes takes the module's lock and formats every
 * counter, so a pass that changes nothing reads them only twice.
 */
public final class Observer {
  private static final System.Logger LOG = System.getLogger(Observer.class.getName());

  private final Kernel kernel;
  private final PodNetns.Source podNetns;

  /** Reads nothing yet. */
  public Observer(Kernel kernel, PodNetns.Source podNetns) {
    this.kernel = kernel;
    this.podNetns = podNetns;
  }

  /**
   * Reads everything that a pass decides by.
   *
   * @param pods whether the network namespaces of the node's pods are needed, too
   */
  public Observation observe(boolean pods) {
    ObservedModule module = kernel.module();
    if (!(module instanceof ObservedModule.Live)) {
      return Observation.withoutProbes(module);
    }
    List<ProbeSnapshot> probes = List.of();
    ReasonNames reasons = ReasonNames.NONE;
    Interfaces interfaces = Interfaces.NONE;
    try {
      probes = kernel.probes();
      reasons = kernel.reasons();
      interfaces = kernel.interfaces();
      PodNetns found = pods ? podNetns.find() : PodNetns.NONE;
      return new Observation(module, probes, reasons, interfaces, found, null);
    } catch (IOException e) {
      return new Observation(module, probes, reasons, interfaces, PodNetns.NONE, logged(e));
    }
  }

  /**
   * Reads again what the agent's own commands change: the module and the probes.
   *
   * @param before the observation that the commands were based on
   */
  public Observation afterwards(Observation before) {
    ObservedModule module = kernel.module();
    if (!(module instanceof ObservedModule.Live)) {
      return Observation.withoutProbes(module);
    }
    try {
      return before.with(module, kernel.probes(), null);
    } catch (IOException e) {
      return before.with(module, List.of(), logged(e));
    }
  }

  private static String logged(IOException e) {
    LOG.log(
        System.Logger.Level.WARNING,
        "cannot read the module''s files below /proc/mooc: {0}; the next pass tries again",
        e.toString());
    return e.toString();
  }
}
