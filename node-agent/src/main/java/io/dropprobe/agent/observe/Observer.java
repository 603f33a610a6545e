// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.observe;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.agent.pod.PodNetns;
import io.dropprobe.api.client.Time;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the kernel for a pass. Reading the probes takes the module's lock and formats every
 * counter, so a pass that changes nothing reads them only twice.
 */
public final class Observer {
  private static final System.Logger LOG = System.getLogger(Observer.class.getName());

  /** They cost a walk through all network namespaces and processors. */
  private static final long NETSTAT_MILLIS = 5000;

  private final Kernel kernel;
  private final Time time;
  private final PodNetns.Source podNetns;
  private long netstatDue = Long.MIN_VALUE;
  private Set<String> known = Set.of();
  private Map<String, Netstat> last = Map.of();

  /** Reads nothing yet. */
  public Observer(Kernel kernel, Time time, PodNetns.Source podNetns) {
    this.kernel = kernel;
    this.time = time;
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
      return new Observation(module, probes, reasons, interfaces, found, Map.of(), Map.of(), null);
    } catch (IOException e) {
      return new Observation(
          module, probes, reasons, interfaces, PodNetns.NONE, Map.of(), Map.of(), logged(e));
    }
  }

  /**
   * Reads again what the agent's own commands change: the module and the probes.
   *
   * @param before the observation that the commands were based on
   * @param owner the node whose probes are counted: the kernel's own counters are read for these
   */
  public Observation afterwards(Observation before, String owner) {
    ObservedModule module = kernel.module();
    if (!(module instanceof ObservedModule.Live)) {
      return Observation.withoutProbes(module);
    }
    try {
      List<ProbeSnapshot> probes = kernel.probes();
      Map<String, Netstat> netstat = netstat(probes, owner, before.interfaces());
      return before.with(module, probes, netstat, last);
    } catch (IOException e) {
      return before.unreadable(module, logged(e));
    }
  }

  /**
   * Adds the kernel's own counters, if they are due, to an observation that leads to no command.
   *
   * @param owner see {@link #afterwards}
   */
  public Observation withCounters(Observation observed, String owner) {
    Map<String, Netstat> netstat = netstat(observed.probes(), owner, observed.interfaces());
    return observed.with(observed.module(), observed.probes(), netstat, last);
  }

  /** All of them together, so that each pass either has a probe's counters or waits for them. */
  private Map<String, Netstat> netstat(
      List<ProbeSnapshot> probes, String owner, Interfaces interfaces) {
    Map<String, Netstat> read = new HashMap<>();
    List<ProbeSnapshot> owned = probes.stream().filter(p -> p.ownedBy(owner)).toList();
    Set<String> epochs = owned.stream().map(ProbeSnapshot::epoch).collect(Collectors.toSet());
    // Nothing of a new probe is recorded before.
    if (time.millis() >= netstatDue || !known.containsAll(epochs)) {
      for (ProbeSnapshot p : owned) {
        Netstat netstat = kernel.netstatOrNull(p.name(), interfaces);
        // One that was never read must not wait for ever.
        if (netstat != null || !known.contains(p.epoch())) {
          read.put(p.name(), netstat == null ? Netstat.NONE : netstat);
        }
      }
      netstatDue = time.millis() + NETSTAT_MILLIS;
      known = epochs;
      last = read;
    }
    return read;
  }

  private static String logged(IOException e) {
    LOG.log(
        System.Logger.Level.WARNING,
        "cannot read the module''s files below /proc/mooc: {0}; the next pass tries again",
        e.toString());
    return e.toString();
  }
}
