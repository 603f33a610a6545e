// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.schema.Sums;
import io.dropprobe.operator.cluster.Snapshot;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import java.util.Optional;

/**
 * How many nodes may be without an agent during a rollout. The DaemonSet controller counts a node
 * whose pod is not available among them, so with 10 nodes or fewer one dead node would use up all
 * of 10 %, and the rollout would reach no other node (kubernetes issue 73011).
 */
final class MaxUnavailable {
  private static final IntOrString USUAL = new IntOrString("10%");

  private MaxUnavailable() {}

  /**
   * 10 %, which the controller rounds up; and during a rollout as many nodes more as are NotReady
   * and have had an agent. A node without one takes no part in the rollout. Outside of a rollout it
   * is always 10 %, so that nodes which come and go cause no writes. The field is outside the pod
   * template, so a change of it restarts no agent and starts no rollout.
   *
   * @param actual its status is used; it may be of an earlier generation, because the bound follows
   *     the status of the next
   */
  static IntOrString of(Snapshot cluster, AgentPlacement placement, Optional<DaemonSet> actual) {
    DaemonSetStatus status = actual.map(DaemonSet::getStatus).orElse(null);
    int desired = status == null ? 0 : Sums.orZero(status.getDesiredNumberScheduled());
    if (status == null || Sums.orZero(status.getUpdatedNumberScheduled()) >= desired) {
      return USUAL;
    }
    int notReady =
        (int)
            cluster.nodes().values().stream()
                .filter(n -> !n.ready())
                .filter(n -> cluster.reportOf(n) != null)
                .filter(
                    n ->
                        AgentPlacement.covers(cluster.probes().values(), n)
                            || placement.keeps(n.name()))
                .count();
    int tenth = (desired + 9) / 10;
    return notReady == 0 ? USUAL : new IntOrString(Math.min(desired, tenth + notReady));
  }
}
