// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.observe.Observation;
import io.dropprobe.agent.observe.Observer;
import io.dropprobe.agent.probe.ProbeKeeper;
import java.util.Map;

/**
 * A pass of an agent that does not know yet what the API server has: it has started while that
 * cannot be reached. The kernel counts, so the agent keeps the leases and goes on with the counts
 * in its journal. It changes no probe.
 */
final class BlindPass {
  private final Ledger ledger;
  private final Observer observer;
  private final ProbeKeeper probes;
  private final String node;
  private boolean begun;
  private volatile Map<String, Counts> counts = Map.of();

  /**
   * @param node name of this node
   */
  BlindPass(Ledger ledger, Observer observer, ProbeKeeper probes, String node) {
    this.ledger = ledger;
    this.observer = observer;
    this.probes = probes;
    this.node = node;
  }

  /**
   * Makes one.
   *
   * @param observed the kernel, without the kernel's own counters
   * @return whether counts are known
   */
  boolean make(Observation observed) {
    probes.renewAll(observed);
    if (!begun) {
      begun = true;
      ledger.readJournal();
    }
    if (observed.error() == null) {
      counts = probes.recordAsAdded(observer.withCounters(observed, node));
    }
    return !counts.isEmpty();
  }

  /**
   * Counts by name of the probes of this node that were in the kernel when it was last read. A
   * probe that the journal does not know is not among them: only its report says what it had
   * counted before. Called from any thread.
   */
  Map<String, Counts> counts() {
    return counts;
  }
}
