// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import java.time.Duration;
import java.time.Instant;

/**
 * Limits how often counts are written: on average once per interval. A burst of a few writes is
 * allowed, so that the reports of two nodes about the same event need not wait for each other.
 * Every status write is sent to all agents.
 *
 * @param full when the full burst is available again
 * @param notBefore when a failed write may be retried, whatever it contains: without it, events
 *     would retry it at once, with a stack trace each time
 */
record WritePace(Instant full, Instant notBefore) {
  private static final int BURST = 3;
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

  /** No write yet. */
  static final WritePace FRESH = new WritePace(Instant.MIN, Instant.MIN);

  /**
   * Shortest average time between writes. Each goes to every agent, so it grows with their number.
   */
  static Duration interval(int agents, Duration floor) {
    Duration least = Duration.ofSeconds(agents / ReportInterval.WRITES_PER_SECOND);
    return floor.compareTo(least) >= 0 ? floor : least;
  }

  /**
   * How long a write has to wait; zero if it may go out now.
   *
   * @param urgent whether more than counts has changed
   */
  Duration delay(Instant now, Duration interval, boolean urgent) {
    Instant from =
        urgent || full == Instant.MIN ? now : full.minus(interval.multipliedBy(BURST - 1L));
    from = from.isAfter(notBefore) ? from : notBefore;
    return from.isAfter(now) ? Duration.between(now, from) : Duration.ZERO;
  }

  /** The pace after a write that failed. */
  WritePace failed(Instant now) {
    return new WritePace(full, now.plus(AFTER_FAILURE));
  }

  /** The pace after a write, urgent or not. */
  WritePace written(Instant now, Duration interval) {
    Instant from = full.isAfter(now) ? full : now;
    Instant most = now.plus(interval.multipliedBy(BURST));
    Instant next = from.plus(interval);
    return new WritePace(next.isAfter(most) ? most : next, Instant.MIN);
  }
}
