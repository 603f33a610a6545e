package io.dropprobe.agent.probe;

import io.dropprobe.api.rules.NodeSelection;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What this node has done with a DropProbe before: its selection and its end depend on it. */
public final class History {
  /** Looks up since when a series has been counted on this node; null when it has not been. */
  public interface CountedSince {
    /**
     * @param uid of the DropProbe
     */
    Instant of(String uid, String series);
  }

  private record Seen(long generation, Instant at) {}

  private final CountedSince since;
  private final Map<String, Seen> seen = new HashMap<>();
  private Set<String> selected = Set.of();

  /** Empty. */
  public History(CountedSince since) {
    this.since = since;
  }

  /**
   * Takes up what was selected before this process.
   *
   * @param report null is none
   * @param nodeUid of the Node; a report of an earlier one says nothing
   */
  public void resume(DropProbeNodeStatus report, String nodeUid) {
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
   * When this node began to count for a spec of which the operator has not said yet when it ends.
   * Of the first generation that is known across restarts; of a later one the counts may be older
   * than its duration, so it is when this process saw it first.
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
    return counted != null && counted.isBefore(first.at) ? counted : first.at;
  }

  static long generation(DropProbe probe) {
    Long generation = probe.getMetadata().getGeneration();
    return generation == null ? 0 : generation;
  }

  /** Takes note of a pass. */
  void remember(List<DesiredProbe> wanted) {
    selected = new HashSet<>(wanted.stream().map(DesiredProbe::uid).toList());
    seen.keySet().retainAll(selected);
  }
}
