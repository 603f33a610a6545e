// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.observe;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.agent.pod.PodNetns;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The state of the kernel at one moment. A pass takes one before it acts and one after; the other
 * parts are given this value instead of reading the kernel themselves.
 *
 * @param module state of the kernel module
 * @param probes all probes in the kernel with their counters, of any owner, sorted by name; empty
 *     unless the module is live
 * @param reasons names of the kernel's drop reasons; none unless the module is live
 * @param interfaces drivers of the kernel's interfaces; none unless the module is live
 * @param podNetns network namespaces of this node's pods; {@link PodNetns#NONE} when no probe needs
 *     them
 * @param netstat the kernel's own counters by the name of the probe, read after the probes; empty
 *     if they were not due
 * @param lastNetstat the same as they were read last, in this pass or an earlier one
 * @param error why the module's files could not be read, in which case the other parts may be
 *     empty; null means that they could
 */
public record Observation(
    ObservedModule module,
    List<ProbeSnapshot> probes,
    ReasonNames reasons,
    Interfaces interfaces,
    PodNetns podNetns,
    Map<String, Netstat> netstat,
    Map<String, Netstat> lastNetstat,
    @Nullable String error) {

  /** Copies. */
  public Observation {
    probes = List.copyOf(probes);
    netstat = Map.copyOf(netstat);
    lastNetstat = Map.copyOf(lastNetstat);
  }

  /** A kernel without probes, because the module is not loaded. */
  static Observation withoutProbes(ObservedModule module) {
    return new Observation(
        module,
        List.of(),
        ReasonNames.NONE,
        Interfaces.NONE,
        PodNetns.NONE,
        Map.of(),
        Map.of(),
        null);
  }

  /** This observation with a newer reading of what commands change. */
  Observation with(
      ObservedModule newModule,
      List<ProbeSnapshot> newProbes,
      Map<String, Netstat> newNetstat,
      Map<String, Netstat> newLast) {
    return new Observation(
        newModule, newProbes, reasons, interfaces, podNetns, newNetstat, newLast, null);
  }

  /** This observation when what commands change could not be read again. */
  Observation unreadable(ObservedModule newModule, String newError) {
    return new Observation(
        newModule, List.of(), reasons, interfaces, podNetns, Map.of(), Map.of(), newError);
  }

  /** The probes that a node owns. */
  public List<ProbeSnapshot> ownedBy(String node) {
    return probes.stream().filter(p -> p.ownedBy(node)).toList();
  }

  /** The probes by the UID of their DropProbe. */
  public Map<String, ProbeSnapshot> byUid() {
    return probes.stream()
        .collect(Collectors.toMap(ProbeSnapshot::uid, Function.identity(), (first, next) -> next));
  }
}
