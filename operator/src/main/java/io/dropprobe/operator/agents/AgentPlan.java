// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

/** What to do with the agents' DaemonSet. */
enum AgentPlan {
  /** Create or update it. */
  APPLY,
  /** No probe is left, but a kernel still holds the module: leave the agents as they are. */
  LEAVE,
  /** No probe is left, and the module is in no kernel. */
  DELETE;

  /**
   * @param exists whether the DaemonSet exists
   */
  static AgentPlan of(AgentPlacement placement, boolean exists) {
    if (!placement.selected().isEmpty()) {
      return APPLY;
    }
    if (placement.kept().isEmpty()) {
      return DELETE;
    }
    // An update would restart every agent while it cleans up.
    return exists ? LEAVE : APPLY;
  }
}
