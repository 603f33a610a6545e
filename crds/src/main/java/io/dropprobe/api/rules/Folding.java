package io.dropprobe.api.rules;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.Retired;
import java.util.List;
import java.util.Objects;

/**
 * Which DropProbe has yet to add what a deleted Node has counted to its {@code status.retired}. The
 * one answer for both sides: the operator deletes the report after that, and the agent of a Node
 * that comes back under the name carries the counts until then.
 */
public final class Folding {
  private Folding() {}

  /**
   * How {@code status.retired.folded} names the counts of a Node.
   *
   * @param reportUid of the DropProbeNode that they stand in
   * @param nodeUid of the Node; null where the report names none
   */
  public static String owner(String reportUid, String nodeUid) {
    return nodeUid == null ? reportUid : reportUid + "/" + nodeUid;
  }

  /** Whether an entry belongs to a series; one that names none is of the present one. */
  public static boolean isOfSeries(ProbeReport entry, String series) {
    return entry.series == null || entry.series.equals(series);
  }

  /**
   * Whether a DropProbe needs the counts of an owner. One that is being deleted needs none.
   *
   * @param entries of the report; null is none
   * @param owner see {@link #owner}
   */
  public static boolean needs(DropProbe probe, List<ProbeReport> entries, String owner) {
    return probe.getMetadata().getDeletionTimestamp() == null
        && entries != null
        && !hasFolded(probe, owner)
        && entries.stream()
            .filter(e -> Objects.equals(e.uid, probe.getMetadata().getUid()))
            .limit(1)
            .anyMatch(e -> isOfSeries(e, Series.of(probe.getSpec())));
  }

  private static boolean hasFolded(DropProbe probe, String owner) {
    Retired retired = probe.getStatus() == null ? null : probe.getStatus().retired;
    return retired != null && retired.folded != null && retired.folded.contains(owner);
  }
}
