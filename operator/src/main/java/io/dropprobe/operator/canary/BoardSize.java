// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Bounds the ConfigMap: each change of it is sent to every agent. What nodes wait for comes first,
 * so that keys which one node invents do not push out those of others.
 */
final class BoardSize {
  /** Most entries. */
  static final int ENTRIES = 128;

  /** Most bytes of all entries. */
  static final int BYTES = 64 * 1024;

  /** Most entries that no report names: one node that lies can leave many behind. */
  static final int UNCLAIMED_ENTRIES = 32;

  /** Most bytes of all entries that no report names. */
  static final int UNCLAIMED_BYTES = 16 * 1024;

  private BoardSize() {}

  /** The entries that fit, by usefulness. */
  static List<TrialEntry> bounded(
      Collection<TrialEntry> entries, TrialBoard before, Claims claims, Instant now) {
    Set<TrialKey> old = keys(before);
    List<TrialEntry> sorted =
        entries.stream()
            .filter(t -> claims.about(t.key()) || !Unclaimed.isOver(t, now))
            .sorted(
                Comparator.comparingInt((TrialEntry t) -> use(t, claims))
                    .thenComparing(t -> !old.contains(t.key()))
                    .thenComparing(
                        t -> Objects.requireNonNullElse(t.since(), ""), Comparator.reverseOrder())
                    .thenComparing(t -> t.key().digest()))
            .toList();
    List<TrialEntry> kept = fitting(sorted, ENTRIES, BYTES);
    List<TrialEntry> claimed = kept.stream().filter(t -> claims.about(t.key())).toList();
    List<TrialEntry> unclaimed = kept.subList(claimed.size(), kept.size());
    return Stream.concat(
            claimed.stream(), fitting(unclaimed, UNCLAIMED_ENTRIES, UNCLAIMED_BYTES).stream())
        .toList();
  }

  private static List<TrialEntry> fitting(List<TrialEntry> sorted, int entries, int most) {
    List<TrialEntry> kept = new ArrayList<>();
    long bytes = 0;
    for (TrialEntry entry : sorted) {
      bytes += bytes(TrialBoard.of(List.of(entry)));
      if (kept.size() == entries || bytes > most) {
        break;
      }
      kept.add(entry);
    }
    return kept;
  }

  /**
   * 0 if nodes wait for it or are trying it, 1 if reports name it, 2 if two nodes have stopped it,
   * else 3.
   */
  private static int use(TrialEntry entry, Claims claims) {
    if (claims.with(entry.key()).stream().anyMatch(c -> !c.isSurvived())) {
      return 0;
    }
    if (claims.about(entry.key())) {
      return 1;
    }
    return Unclaimed.isStopped(entry) ? 2 : 3;
  }

  /** Bytes of the data of the ConfigMap. */
  static long bytes(TrialBoard board) {
    return board.format().entrySet().stream()
        .mapToLong(e -> e.getKey().length() + e.getValue().getBytes(StandardCharsets.UTF_8).length)
        .sum();
  }

  static Set<TrialKey> keys(TrialBoard board) {
    return board.entries().stream().map(TrialEntry::key).collect(Collectors.toSet());
  }
}
