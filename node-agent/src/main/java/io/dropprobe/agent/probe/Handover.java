// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Account;
import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.count.ReportedAccounts;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Takes over what another node of the same kernel has reported of an epoch, when this node becomes
 * its owner: the other one has judged these packets, perhaps by another catalogue.
 */
final class Handover {
  private final Ledger ledger;
  private final String me;
  private final Function<String, CompletableFuture<Optional<DropProbeNodeStatus>>> reports;

  /** Nodes by epoch: the owners of the probes that other nodes own, or owned. */
  private final Map<String, String> owners = new HashMap<>();

  /** By epoch. */
  private final Map<String, CompletableFuture<Optional<DropProbeNodeStatus>>> asked =
      new HashMap<>();

  /**
   * Asks for nothing yet.
   *
   * @param reports asks the API server for the report of a node
   */
  Handover(
      Ledger ledger,
      String me,
      Function<String, CompletableFuture<Optional<DropProbeNodeStatus>>> reports) {
    this.ledger = ledger;
    this.me = me;
    this.reports = reports;
  }

  /**
   * Remembers who owns the probes of other nodes.
   *
   * @param probes all probes in the kernel
   */
  void observe(Collection<ProbeSnapshot> probes) {
    owners.keySet().retainAll(probes.stream().map(ProbeSnapshot::epoch).toList());
    asked.keySet().retainAll(owners.keySet());
    probes.stream()
        .filter(p -> !p.manual() && !p.ownedBy(me))
        .forEach(p -> owners.put(p.epoch(), p.owner()));
  }

  /**
   * Whether a probe of this node can be recorded. It can't while the report of its earlier owner is
   * not known.
   *
   * @param probe in the kernel
   */
  boolean settled(ProbeSnapshot probe, DesiredProbe desired, String nodeUid, String options) {
    String earlier = owners.get(probe.epoch());
    if (earlier == null) {
      return true;
    }
    CompletableFuture<Optional<DropProbeNodeStatus>> answer =
        asked.computeIfAbsent(probe.epoch(), epoch -> reports.apply(earlier));
    if (!answer.isDone()) {
      return false;
    }
    Optional<Account> reported =
        ReportedAccounts.of(answer.join().orElse(null)).stream()
            .filter(a -> a.uid().equals(probe.uid()) && a.series().equals(desired.series()))
            .filter(a -> probe.epoch().equals(a.epochId()))
            .findFirst();
    reported.ifPresent(a -> ledger.takeOver(a, nodeUid, options));
    owners.remove(probe.epoch());
    return true;
  }
}
