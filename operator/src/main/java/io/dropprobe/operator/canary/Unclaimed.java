// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.State;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What becomes of entries that no report names any more. */
final class Unclaimed {
  /**
   * How long an entry is kept after the last day on which its state has changed or a report named
   * it.
   */
  static final Duration KEPT = Duration.ofDays(7);

  private Unclaimed() {}

  /**
   * The entry with the day of its last claim. A day is exact enough: a change of the ConfigMap goes
   * to every agent.
   *
   * @param claimed whether a report names it now
   */
  static TrialEntry dated(TrialEntry entry, boolean claimed, Instant now) {
    Instant day = now.truncatedTo(ChronoUnit.DAYS);
    return claimed && last(entry).isBefore(day) ? entry.claimedOn(Times.format(day)) : entry;
  }

  /**
   * Whether an entry that no report names may be dropped. One that two nodes have stopped may not:
   * its module may come back any time later, with a revert or when the off switch ends.
   */
  static boolean isOver(TrialEntry entry, Instant now) {
    return !isStopped(entry)
        && !now.isBefore(
            last(entry).truncatedTo(ChronoUnit.DAYS).plus(KEPT).plus(1, ChronoUnit.DAYS));
  }

  /** Whether only a person, or another module, goes on. */
  static boolean isStopped(TrialEntry entry) {
    return entry.state() != State.PROVEN && Failures.stop(entry.failures());
  }

  private static Instant last(TrialEntry entry) {
    Instant since = orLongAgo(entry.since());
    Instant claimed = orLongAgo(entry.claimed());
    return since.isAfter(claimed) ? since : claimed;
  }

  private static Instant orLongAgo(@Nullable String time) {
    return Objects.requireNonNullElse(Times.parseOrNull(time), Instant.EPOCH);
  }
}
