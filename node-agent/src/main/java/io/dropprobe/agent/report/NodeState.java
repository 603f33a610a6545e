// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.probe.ProbeStates;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a report is made of.
 *
 * @param nodeUid UID of the Node
 * @param observed the module in the kernel, after the pass
 * @param sharedWith another node that owns probes in this kernel; null means none
 * @param notes what else is to be mended on the node
 * @param probes state and counts of the probes after the pass
 */
public record NodeState(
    String nodeUid,
    KernelFacts kernel,
    ObservedModule observed,
    ModuleOutcome module,
    @Nullable String sharedWith,
    List<Note> notes,
    ProbeStates probes) {

  boolean namesReasons() {
    return !(observed instanceof ObservedModule.Live live) || live.namesReasons();
  }
}
