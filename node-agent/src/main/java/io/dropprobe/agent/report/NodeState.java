package io.dropprobe.agent.report;

import io.dropprobe.agent.kernel.KernelFacts;
import io.dropprobe.agent.kernel.ModuleSight;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.probe.ProbeResult;
import java.util.List;

/**
 * All that a report is made of, besides the accounts.
 *
 * @param nodeUid of the Node object
 * @param sight the module in the kernel, after the pass
 * @param sharedWith the node that owns probes in this kernel besides this one; null when there is
 *     none
 * @param probes each wanted probe, sorted by name
 * @param others DropProbes that exist and are not for this node (any more)
 * @param leftovers probes of this node's that should be out of the kernel and are not
 */
public record NodeState(
    String nodeUid,
    KernelFacts kernel,
    ModuleSight sight,
    ModuleOutcome module,
    String sharedWith,
    List<ProbeResult> probes,
    List<Other> others,
    List<ProbeSnapshot> leftovers) {

  /** A DropProbe that is not for this node. */
  public record Other(String name, String uid, long generation) {}

  boolean namesReasons() {
    return !(sight instanceof ModuleSight.Live live) || live.namesReasons();
  }
}
