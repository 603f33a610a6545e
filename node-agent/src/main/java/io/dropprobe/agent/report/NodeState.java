package io.dropprobe.agent.report;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.probe.ProbeStates;

/**
 * All that a report is made of.
 *
 * @param nodeUid UID of the Node object
 * @param observed the module in the kernel, after the pass
 * @param sharedWith another node that owns probes in this kernel; null when there is none
 * @param probes where the probes stand, with their counts
 */
public record NodeState(
    String nodeUid,
    KernelFacts kernel,
    ObservedModule observed,
    ModuleOutcome module,
    String sharedWith,
    ProbeStates probes) {

  boolean namesReasons() {
    return !(observed instanceof ObservedModule.Live live) || live.namesReasons();
  }
}
