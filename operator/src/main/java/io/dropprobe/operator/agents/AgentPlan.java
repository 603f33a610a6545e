package io.dropprobe.operator.agents;

/** What to do with the one DaemonSet. */
enum AgentPlan {
  /** Make it as desired. */
  APPLY,
  /** No probe is left, but a kernel still holds something: the agents stay as they are. */
  LEAVE,
  /** No probe is left, and every kernel is clean. */
  DELETE;

  /**
   * @param exists whether there is a DaemonSet
   */
  static AgentPlan of(AgentPlacement placement, boolean exists) {
    if (!placement.selected().isEmpty()) {
      return APPLY;
    }
    if (placement.kept().isEmpty()) {
      return DELETE;
    }
    // A new pod template would restart every agent in the middle of cleaning up.
    return exists ? LEAVE : APPLY;
  }
}
