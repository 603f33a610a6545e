// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.module.ShownTrial;
import io.dropprobe.agent.probe.ProbeStates;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a report is made of.
 *
 * @param nodeUid UID of the Node
 * @param observed the module in the kernel, after the pass
 * @param trial of the module that is wanted; null means that there is none yet
 * @param sharedWith another node that owns probes in this kernel; null means none
 * @param notes what else is to be mended on the node
 * @param probes state and counts of the probes after the pass
 */
public record NodeState(
    String nodeUid,
    KernelFacts kernel,
    ObservedModule observed,
    ModuleOutcome module,
    @Nullable ShownTrial trial,
    @Nullable String sharedWith,
    List<Note> notes,
    ProbeStates probes) {

  /** Whether the module that is wanted waits until another node has proven it. */
  boolean isWaiting() {
    return trial != null && trial.phase() == TrialPhase.Waiting;
  }

  boolean namesReasons() {
    return !(observed instanceof ObservedModule.Live live) || live.namesReasons();
  }
}
