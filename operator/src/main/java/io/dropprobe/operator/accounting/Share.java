package io.dropprobe.operator.accounting;

import io.dropprobe.api.Times;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What one node says of one probe.
 *
 * @param node name
 * @param owner of the numbers, see {@link #owner}
 * @param kernel names kernel and epoch; null when it is in no kernel, or when that is not known
 * @param reportedAt by the node's clock; the epoch's start when not given
 * @param report not null
 */
public record Share(
    String node, String owner, String kernel, Instant reportedAt, ProbeReport report) {

  /**
   * Of samples of one epoch the newest is the last: its counters only grow, so the larger count is
   * the newer one whatever the clocks say. A report cannot hide another's count by its time.
   */
  static final Comparator<Share> BY_COUNT =
      Comparator.comparing((Share s) -> s.report.packets == null ? -1 : s.report.packets)
          .thenComparing(Share::reportedAt)
          .thenComparing(Share::node);

  /**
   * The shares of a probe, sorted by node.
   *
   * @param uid of the DropProbe
   * @param series that is wanted now; numbers of another series do not count
   */
  public static List<Share> of(Collection<DropProbeNode> reports, String uid, String series) {
    return reports.stream()
        .flatMap(n -> entries(n, uid).map(r -> of(n, r)))
        .filter(s -> s.report.series == null || s.report.series.equals(series))
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
   * Whose numbers a report holds: the uid of the Node; of the report where it does not name one.
   * The object alone does not say: the agent of a Node that came back may write into the one that
   * its predecessor has left.
   */
  public static String owner(DropProbeNode report) {
    String node = report.getStatus() == null ? null : report.getStatus().nodeUID;
    return node == null ? report.getMetadata().getUid() : node;
  }

  private static Share of(DropProbeNode node, ProbeReport report) {
    var kernel = node.getStatus().kernel;
    Instant at = Times.parseOrNull(node.getStatus().reportedAt);
    return new Share(
        node.getMetadata().getName(),
        owner(node),
        kernel == null || kernel.bootID == null || report.epoch == null
            ? null
            : kernel.bootID + "/" + report.epoch,
        at == null ? Instant.EPOCH : at,
        report);
  }

  boolean sameKernel(Share other) {
    return kernel != null && kernel.equals(other.kernel);
  }
}
