package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ProbeSnapshot;

/**
 * In whose name, and for how long, this agent owns probes in the kernel.
 *
 * @param node name of this node
 * @param lease seconds until the kernel lets another agent take a probe over
 */
public record Owner(String node, long lease) {
  /** Whether the probe is this node's. */
  boolean owns(ProbeSnapshot probe) {
    return probe.ownedBy(node);
  }

  /** Whether a third of the lease or more has passed. */
  boolean renewalDue(ProbeSnapshot probe) {
    return probe.lease() * 3 <= lease * 2;
  }
}
