// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import io.dropprobe.api.rules.Folding;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.KernelInfo;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one Node reports about one probe.
 *
 * @param source the report, or the part of a report that an earlier Node of its name left, see
 *     {@link EarlierReports}
 * @param bootId of the kernel; null means that it is unknown, or that the Node has another
 * @param confirmed whether the Node, which its kubelet writes, has the same bootID as the report,
 *     which its agent writes
 * @param carried whether the source is part of the report of a later Node
 * @param age time since the report last changed, by the operator's clock; very long if carried
 * @param report the entry about the probe
 */
public record Contribution(
    DropProbeNode source,
    @Nullable String bootId,
    boolean confirmed,
    boolean carried,
    Duration age,
    ProbeReport report) {

  /** Age of what a later Node carries: longer than any report exists. */
  private static final Duration CARRIED = Duration.ofDays(36_500);

  /**
   * Orders samples of one epoch, the newest last. Counters only grow, so the larger count is the
   * newer one whatever the clocks say. All effects are included, because the agents of two nodes
   * may have judged differently. A report can't hide another's count by its time, and one whose
   * kernel is not confirmed can't hide one whose kernel is.
   */
  static final Comparator<Contribution> BY_COUNT =
      Comparator.comparing(Contribution::confirmed)
          .thenComparing(Contribution::everything)
          .thenComparing(Contribution::age, Comparator.reverseOrder())
          .thenComparing(Contribution::node);

  /**
   * Returns the contributions to a probe, sorted by node.
   *
   * @param bootId of the Node that a report is about: empty if the Node has none; null means that
   *     there is no such Node
   * @param age time since a report last changed
   * @param uid of the DropProbe
   * @param series that is current; counts of another series are ignored
   */
  public static List<Contribution> of(
      Collection<DropProbeNode> reports,
      Function<DropProbeNode, @Nullable String> bootId,
      Function<DropProbeNode, Duration> age,
      String uid,
      String series) {
    return reports.stream()
        .flatMap(
            report ->
                EarlierReports.with(report)
                    .flatMap(
                        n ->
                            entries(n, uid)
                                .map(
                                    r ->
                                        n == report
                                            ? of(n, bootId.apply(n), false, age.apply(n), r)
                                            : of(n, bootId.apply(n), true, CARRIED, r))))
        .filter(c -> Folding.isOfSeries(c.report, series))
        .sorted(Comparator.comparing(Contribution::node))
        .toList();
  }

  /** The entry of a node's report for the probe with this uid: none or one. */
  public static Stream<ProbeReport> entries(DropProbeNode node, String uid) {
    if (node.getStatus() == null || node.getStatus().probes == null) {
      return Stream.empty();
    }
    return node.getStatus().probes.stream().filter(p -> Objects.equals(p.uid, uid)).limit(1);
  }

  /**
   * Identifies the counts of a report in {@code status.retired.folded}: the uid of the object,
   * which the API server assigns, and the uid of the Node, if the report has one. The object alone
   * is not enough, because the agent of a new Node with the same name writes into the object of its
   * predecessor. The Node alone is not enough either, because a report may name any Node.
   */
  public static String foldingKey(DropProbeNode report) {
    String node = report.getStatus() == null ? null : report.getStatus().nodeUID;
    return Folding.key(report.getMetadata().getUid(), node);
  }

  private static Contribution of(
      DropProbeNode node,
      @Nullable String actualBootId,
      boolean carried,
      Duration age,
      ProbeReport report) {
    KernelInfo kernel = node.getStatus().kernel;
    String claimed = kernel == null ? null : kernel.bootID;
    boolean confirmed = claimed != null && claimed.equals(actualBootId);
    return new Contribution(
        node, confirmed || actualBootId == null ? claimed : null, confirmed, carried, age, report);
  }

  /** Name of the node. */
  public String node() {
    return source.getMetadata().getName();
  }

  /** See {@link #foldingKey(DropProbeNode)}. */
  public String foldingKey() {
    return foldingKey(source);
  }

  /** Kernel and epoch; null means that the probe is in no kernel, or in an unknown one. */
  public @Nullable String kernel() {
    return bootId == null || report.epoch == null ? null : bootId + "/" + report.epoch;
  }

  /** All freed packets; -1 if unknown. */
  private long everything() {
    Long all = report.counters().everything();
    return all == null ? -1 : all;
  }

  boolean isOwnedElsewhere() {
    return report.state == ProbeState.OwnedElsewhere;
  }

  /** Whether this node waits for the kernel in which the other one counts. */
  boolean awaits(Contribution other) {
    return isOwnedElsewhere()
        && other.node().equals(report.ownedBy)
        && confirmed
        && Objects.equals(bootId, other.bootId);
  }
}
