// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.api.trial.TrialKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One pass over all trials: a pure function of what is known and what the nodes report. */
final class Trials {
  private Trials() {}

  /**
   * The result of a pass.
   *
   * @param board equal to the one before if nothing has to be written
   * @param memory belongs to the board: to be kept when the board is written
   * @param again when the next pass is due, in the time of {@link Circumstances#seen}
   * @param notices Events to emit when the board is written
   */
  record Outcome(TrialBoard board, TrialMemory memory, long again, List<Notice> notices) {}

  /**
   * Decides which nodes may load which module.
   *
   * @param claims of all nodes
   */
  static Outcome next(TrialBoard before, TrialMemory memory, Claims claims, Circumstances now) {
    if (now.settings().canaries() == 0) {
      return new Outcome(before, TrialMemory.EMPTY, Long.MAX_VALUE, List.of());
    }
    Map<TrialKey, TrialEntry> entries = entries(before, claims, now);
    Map<TrialKey, Map<String, Watch>> watches = new HashMap<>();
    List<Notice> notices = new ArrayList<>();
    long again = Long.MAX_VALUE;
    for (Map.Entry<TrialKey, TrialEntry> e : entries.entrySet()) {
      TrialKey key = e.getKey();
      TrialEntry entry = e.getValue();
      if (entry.state() == State.PROVEN) {
        entry = Recall.of(entry, claims.down(key), now);
        if (entry.state() == State.PROVEN) {
          continue;
        }
        Texts.failed(entry, now).ifPresent(notices::add);
      }
      KeyTrial.Result result =
          new KeyTrial(entry, now, claims, memory.watches().getOrDefault(key, Map.of())).run();
      e.setValue(result.entry());
      watches.put(key, result.watches());
      notices.addAll(result.notices());
      again = Math.min(again, result.again());
    }
    Proofs proofs = Proofs.of(entries.values());
    entries
        .values()
        .removeIf(
            t ->
                t.state() == State.TRYING
                    && t.failures().isEmpty()
                    && (claims.with(t.key()).isEmpty() || proofs.cover(t.key())));
    entries.replaceAll((key, t) -> Unclaimed.dated(t, claims.about(key), now.wall()));
    TrialBoard after =
        TrialBoard.of(BoardSize.bounded(entries.values(), before, claims, now.wall()));
    Set<TrialKey> kept = BoardSize.keys(after);
    watches.keySet().retainAll(kept);
    return new Outcome(after, new TrialMemory(watches), again, notices);
  }

  /**
   * Those of the board, and one for each key that is claimed; the proven ones are left out later. A
   * node that went down with other hooks of the same module has tried this one, too: what harmed it
   * may be the load.
   */
  private static Map<TrialKey, TrialEntry> entries(
      TrialBoard before, Claims claims, Circumstances now) {
    Map<TrialKey, TrialEntry> entries = new LinkedHashMap<>();
    before.entries().forEach(t -> entries.put(t.key(), t));
    for (TrialKey key : claims.keys()) {
      if (claims.with(key).stream().anyMatch(c -> c.isWaiting() || c.isLoaded())) {
        entries.computeIfAbsent(
            key,
            k ->
                TrialEntry.begun(
                    k, Failures.ofModule(before.entries(), k), Times.format(now.wall())));
      }
    }
    return entries;
  }
}
