// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.operator.cluster.ClusterNode;
import java.util.Collection;
import java.util.List;

/**
 * Stops a proven module when different nodes went down with it later: a module may harm a kernel
 * only under load, or after hours. Nodes that have survived it themselves go on.
 */
final class Recall {
  private Recall() {}

  /**
   * Looks at the reports of nodes that went down.
   *
   * @param proven the entry as it is
   * @param down claims of nodes that went down with this module
   * @return STOPPED if two different nodes say so; otherwise the same entry. Nodes that the module
   *     has been proven in spite of do not stop it again
   */
  static TrialEntry of(TrialEntry proven, Collection<Claim> down, Circumstances now) {
    List<ClusterNode> others = Failures.unknown(proven.failures(), down);
    return others.size() < Failures.STOPPING
        ? proven
        : new TrialEntry(
            proven.key(),
            State.STOPPED,
            List.of(),
            List.of(),
            Failures.with(proven.failures(), others, now.wall()),
            0,
            Times.format(now.wall()),
            proven.retried(),
            proven.claimed());
  }
}
