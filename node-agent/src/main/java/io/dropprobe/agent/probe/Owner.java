// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ProbeSnapshot;

/**
 * This agent as owner of probes in the kernel.
 *
 * @param node name of this node
 * @param lease seconds after which another agent may take over a probe that was not renewed
 */
public record Owner(String node, long lease) {
  /** Whether this node owns a probe. */
  boolean owns(ProbeSnapshot probe) {
    return probe.ownedBy(node);
  }

  /** Whether at least a third of the lease has passed. */
  boolean renewalDue(ProbeSnapshot probe) {
    return probe.lease() * 3 <= lease * 2;
  }
}
