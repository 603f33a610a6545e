// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.Retired;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which DropProbes still have to add the counts of a deleted Node to their {@code status.retired}.
 * Shared, so that both sides decide alike: the operator deletes the report when none is left, and
 * the agent of a new Node with the same name carries the counts until then.
 */
public final class Folding {
  private Folding() {}

  /**
   * Returns the entry of {@code status.retired.folded} for the counts of a Node.
   *
   * @param reportUid of the DropProbeNode that holds the counts
   * @param nodeUid of the Node; null means that the report names none
   */
  public static String key(String reportUid, @Nullable String nodeUid) {
    return nodeUid == null ? reportUid : reportUid + "/" + nodeUid;
  }

  /** Whether an entry belongs to a series; an entry without one belongs to the current series. */
  public static boolean isOfSeries(ProbeReport entry, String series) {
    return entry.series == null || entry.series.equals(series);
  }

  /**
   * Whether a DropProbe still needs the counts of a Node. One that is being deleted needs none.
   *
   * @param entries of the report; null means none
   * @param key see {@link #key}
   */
  public static boolean needs(DropProbe probe, @Nullable List<ProbeReport> entries, String key) {
    return probe.getMetadata().getDeletionTimestamp() == null
        && entries != null
        && !hasFolded(probe, key)
        && entries.stream()
            .filter(e -> Objects.equals(e.uid, probe.getMetadata().getUid()))
            .limit(1)
            .anyMatch(e -> isOfSeries(e, Series.of(probe)));
  }

  private static boolean hasFolded(DropProbe probe, String key) {
    Retired retired = probe.getStatus() == null ? null : probe.getStatus().retired;
    return retired != null && retired.folded != null && retired.folded.contains(key);
  }
}
