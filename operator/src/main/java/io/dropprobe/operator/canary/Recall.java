// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.Failure;
import io.dropprobe.api.trial.TrialEntry.State;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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
   * @return STOPPED if two different nodes say so; otherwise the same entry. Failures that the
   *     module has been proven in spite of do not stop it again
   */
  static TrialEntry of(TrialEntry proven, Collection<Claim> down, Circumstances now) {
    List<Failure> known = proven.failures();
    Set<String> before = known.stream().map(Failure::uid).collect(Collectors.toSet());
    Set<String> uids = down.stream().map(c -> c.node().uid()).collect(Collectors.toSet());
    if (Failures.stop(known)) {
      uids.removeAll(before);
    }
    List<Failure> all = Failures.reported(known, down, now.wall());
    return uids.size() < Failures.STOPPING || all.equals(known)
        ? proven
        : new TrialEntry(
            proven.key(),
            State.STOPPED,
            List.of(),
            List.of(),
            all,
            0,
            Times.format(now.wall()),
            proven.retried(),
            proven.claimed());
  }
}
