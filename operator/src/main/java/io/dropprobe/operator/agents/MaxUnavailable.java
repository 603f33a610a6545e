// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.List;

/**
 * How many nodes may be without an agent during a rollout. The DaemonSet controller counts a node
 * whose pod is not available among them, so with 10 nodes or fewer one dead node would use up all
 * of 10 %, and the rollout would reach no other node (kubernetes issue 73011).
 */
final class MaxUnavailable {
  private static final IntOrString USUAL = new IntOrString("10%");

  private MaxUnavailable() {}

  /**
   * 10 %, which the controller rounds up; and the number of NotReady nodes more if there are any.
   * The field is outside the pod template, so a change of it restarts no agent.
   */
  static IntOrString of(Snapshot cluster, AgentPlacement placement) {
    List<ClusterNode> withAgent =
        cluster.nodes().values().stream()
            .filter(
                n ->
                    AgentPlacement.covers(cluster.probes().values(), n)
                        || placement.keeps(n.name()))
            .toList();
    int notReady = (int) withAgent.stream().filter(n -> !n.ready()).count();
    int tenth = (withAgent.size() + 9) / 10;
    return notReady == 0 ? USUAL : new IntOrString(tenth + notReady);
  }
}
