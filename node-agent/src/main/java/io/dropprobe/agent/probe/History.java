// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.api.rules.NodeSelection;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What this node did with a DropProbe before, on which its selection and its end depend. */
public final class History {
  /** Looks up since when this node has counted a series; null means that it has not. */
  public interface CountedSince {
    /**
     * Looks it up.
     *
     * @param uid UID of the DropProbe
     */
    @Nullable Instant of(String uid, String series);
  }

  private record Seen(long generation, Instant at) {}

  private final CountedSince since;
  private final Map<String, Seen> seen = new HashMap<>();
  private Set<String> selected = Set.of();

  /** An empty history. */
  public History(CountedSince since) {
    this.since = since;
  }

  /**
   * Restores what was selected before this process started.
   *
   * @param report last report of this node; null means none
   * @param nodeUid UID of the Node; a report of an earlier Node of this name is ignored
   */
  public void resume(@Nullable DropProbeNodeStatus report, String nodeUid) {
    if (report != null && report.probes != null && nodeUid.equals(report.nodeUID)) {
      selected =
          report.probes.stream()
              .filter(NodeSelection::isSelected)
              .map(p -> p.uid)
              .collect(Collectors.toSet());
    }
  }

  /** Whether the probe was selected in the last pass. */
  boolean selected(DropProbe probe) {
    return selected.contains(probe.getMetadata().getUid());
  }

  /**
   * When this node began to count for a spec whose end the operator has not set yet. For the first
   * generation this survives restarts. For a later one, counting may have begun before
   * spec.duration was set, so it is when this process first saw the generation.
   */
  Instant begin(DropProbe probe, String series, Instant now) {
    String uid = probe.getMetadata().getUid();
    long generation = generation(probe);
    Seen first =
        seen.merge(
            uid,
            new Seen(generation, now),
            (old, fresh) -> old.generation == fresh.generation ? old : fresh);
    Instant counted = generation == 1 ? since.of(uid, series) : null;
    if (counted == null) {
      return first.at;
    }
    // Not before the probe was created: the node's clock may have been wrong then.
    Instant created = Times.parseOrNull(probe.getMetadata().getCreationTimestamp());
    Instant begun = created != null && created.isAfter(counted) ? created : counted;
    return begun.isBefore(first.at) ? begun : first.at;
  }

  static long generation(DropProbe probe) {
    return Sums.orZero(probe.getMetadata().getGeneration());
  }

  /**
   * Records what a pass selected.
   *
   * @param uids UIDs of the DropProbes
   */
  void remember(Collection<String> uids) {
    selected = Set.copyOf(uids);
    seen.keySet().retainAll(selected);
  }
}
