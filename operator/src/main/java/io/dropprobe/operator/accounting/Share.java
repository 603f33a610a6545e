package io.dropprobe.operator.accounting;

import io.dropprobe.api.rules.Folding;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.KernelInfo;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What one Node's report says of one probe.
 *
 * @param source the report, or the part of one that an earlier Node of its name left, see {@link
 *     EarlierReports}
 * @param bootId of the kernel; null when it is not known, or when the Node says another
 * @param confirmed whether the Node, which its kubelet writes, says the same bootID as the report,
 *     which its agent writes
 * @param carried whether it is such a part
 * @param reportedAt by the node's clock; the epoch's start when not given
 * @param report not null
 */
public record Share(
    DropProbeNode source,
    String bootId,
    boolean confirmed,
    boolean carried,
    Instant reportedAt,
    ProbeReport report) {

  /**
   * Of samples of one epoch the newest is the last: its counters only grow, so the larger count is
   * the newer one whatever the clocks say; with noise, because an agent of another version may
   * class it otherwise. A report cannot hide another's count by its time, and one whose kernel is
   * not confirmed cannot hide any that is.
   */
  static final Comparator<Share> BY_COUNT =
      Comparator.comparing(Share::confirmed)
          .thenComparing(Share::everything)
          .thenComparing(Share::reportedAt)
          .thenComparing(Share::node);

  /**
   * The shares of a probe, sorted by node.
   *
   * @param bootId what the Node that a report is of says of its kernel: empty when it says nothing,
   *     null when there is no such Node
   * @param uid of the DropProbe
   * @param series that is wanted now; numbers of another series do not count
   */
  public static List<Share> of(
      Collection<DropProbeNode> reports,
      Function<DropProbeNode, String> bootId,
      String uid,
      String series) {
    return reports.stream()
        .flatMap(
            report ->
                EarlierReports.with(report)
                    .flatMap(n -> entries(n, uid).map(r -> of(n, n != report, bootId.apply(n), r))))
        .filter(s -> Folding.isOfSeries(s.report, series))
        .sorted(Comparator.comparing(Share::node))
        .toList();
  }

  /** What a node's report says of the probe with this uid: nothing or one. */
  public static Stream<ProbeReport> entries(DropProbeNode node, String uid) {
    if (node.getStatus() == null || node.getStatus().probes == null) {
      return Stream.empty();
    }
    return node.getStatus().probes.stream().filter(p -> Objects.equals(p.uid, uid)).limit(1);
  }

  /**
   * Whose numbers a report holds: the uid of the object, which the API server gives, and the uid of
   * the Node where the report names one. The object alone does not say, because the agent of a Node
   * that came back writes into the one that its predecessor has left. The Node alone does not say
   * either, because a report may name any Node.
   */
  public static String owner(DropProbeNode report) {
    String node = report.getStatus() == null ? null : report.getStatus().nodeUID;
    return Folding.owner(report.getMetadata().getUid(), node);
  }

  private static Share of(DropProbeNode node, boolean carried, String said, ProbeReport report) {
    KernelInfo kernel = node.getStatus().kernel;
    String claimed = kernel == null ? null : kernel.bootID;
    boolean confirmed = claimed != null && claimed.equals(said);
    Instant at = Times.parseOrNull(node.getStatus().reportedAt);
    return new Share(
        node,
        confirmed || said == null ? claimed : null,
        confirmed,
        carried,
        at == null ? Instant.EPOCH : at,
        report);
  }

  /** Name of the node. */
  public String node() {
    return source.getMetadata().getName();
  }

  /** Of the numbers, see {@link #owner(DropProbeNode)}. */
  public String owner() {
    return owner(source);
  }

  /** Kernel and epoch; null when it is in no kernel, or when that is not known. */
  public String kernel() {
    return bootId == null || report.epoch == null ? null : bootId + "/" + report.epoch;
  }

  /** Drops and noise; -1 when nothing is known. */
  private long everything() {
    Long all = Counts.sum(report.packets, report.noise);
    return all == null ? -1 : all;
  }

  boolean isOwnedElsewhere() {
    return report.state == ProbeState.OwnedElsewhere;
  }

  /** Whether this node waits for the kernel in which another counts. */
  boolean awaits(Share other) {
    return isOwnedElsewhere()
        && other.node().equals(report.ownedBy)
        && confirmed
        && bootId.equals(other.bootId);
  }
}
