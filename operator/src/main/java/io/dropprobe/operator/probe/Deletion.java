// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.accounting.Contribution;
import io.dropprobe.operator.accounting.Staleness;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes block the deletion of a DropProbe. All lists hold node names, sorted.
 *
 * @param waiting nodes that may still have the probe in the kernel
 * @param until when it stops waiting for nodes that go on reporting the probe; null means that it
 *     waits for none
 * @param unavailable nodes that had it and are NotReady, have stopped reporting, or were waited for
 *     too long; they do not block
 * @param deleted Nodes that had it and no longer exist; they do not block
 */
record Deletion(
    List<String> waiting, @Nullable Instant until, List<String> unavailable, List<String> deleted) {
  static Deletion of(
      DropProbe probe,
      Snapshot cluster,
      Staleness staleness,
      Predicate<DropProbeNode> isDeleted,
      Instant now) {
    Instant until = until(probe, staleness);
    boolean over = until != null && !now.isBefore(until);
    List<String> waiting = new ArrayList<>();
    List<String> unavailable = new ArrayList<>();
    List<String> deleted = new ArrayList<>();
    holders(probe, cluster)
        .forEach(
            r -> {
              if (isDeleted.test(r)) {
                deleted.add(name(r));
              } else if (over || staleness.test(r) || isNotReady(r, cluster)) {
                unavailable.add(name(r));
              } else {
                waiting.add(name(r));
              }
            });
    return new Deletion(waiting, waiting.isEmpty() ? null : until, unavailable, deleted);
  }

  /** What the deletion waits for, and how long at most. */
  String message() {
    String message =
        "waiting for the agents to remove the probe from the kernel of "
            + NameList.shorten(waiting);
    return until == null ? message : message + ", until " + Times.format(until) + " at the latest";
  }

  private static String name(DropProbeNode report) {
    return report.getMetadata().getName();
  }

  private static boolean isNotReady(DropProbeNode report, Snapshot cluster) {
    ClusterNode node = cluster.nodes().get(name(report));
    return node != null && !node.ready();
  }

  /**
   * A node that has the probe goes on reporting. If it can't remove it, or only says so, the
   * deletion ends without it after twice the time after which it would be stale.
   */
  private static @Nullable Instant until(DropProbe probe, Staleness staleness) {
    Instant deleted = Times.parseOrNull(probe.getMetadata().getDeletionTimestamp());
    return deleted == null ? null : deleted.plus(staleness.after().multipliedBy(2));
  }

  /** The reports by which the probe may still be in the kernel. */
  private static Stream<DropProbeNode> holders(DropProbe probe, Snapshot cluster) {
    return cluster.reports().values().stream()
        .filter(
            r ->
                Contribution.entries(r, probe.getMetadata().getUid())
                    .anyMatch(Deletion::mayBeInKernel))
        .sorted((a, b) -> a.getMetadata().getName().compareTo(b.getMetadata().getName()));
  }

  private static boolean mayBeInKernel(ProbeReport r) {
    return r.state != ProbeState.Removed && !(r.state == ProbeState.Failed && r.epoch == null);
  }
}
