package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Account;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.util.List;

/**
 * Where the probes of this node stand after a pass, with their counts.
 *
 * @param desired each DropProbe that selects the node, sorted by name
 * @param leftovers this node's probes that should be out of the kernel and are not
 * @param removed DropProbes that exist, do not select the node (any more) and are out of its kernel
 */
public record ProbeStates(
    List<ProbeResult> desired, List<Leftover> leftovers, List<Removed> removed) {

  /**
   * A probe that should be out of the kernel.
   *
   * @param account null when nothing is known of what it has counted
   */
  public record Leftover(ProbeSnapshot observed, Account account) {}

  /**
   * A DropProbe that counted on this node before.
   *
   * @param generation of its spec
   */
  public record Removed(String name, String uid, long generation, Account account) {}

  /** Whether a probe is still on its way to the desired state. */
  public boolean unsettled() {
    return !leftovers.isEmpty()
        || desired.stream().anyMatch(r -> r.verdict() instanceof Verdict.Pending);
  }
}
