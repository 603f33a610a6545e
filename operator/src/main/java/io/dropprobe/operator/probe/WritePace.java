// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import java.time.Duration;

/**
 * Limits how often counts are written: on average once per interval. A burst of a few writes is
 * allowed, so that the reports of two nodes about the same event need not wait for each other.
 * Every status write is sent to all agents.
 *
 * <p>All times are milliseconds of the monotonic clock.
 *
 * @param full when the full burst is available again
 * @param notBefore when a failed write may be retried, whatever it contains: without it, events
 *     would retry it at once, with a stack trace each time
 */
record WritePace(long full, long notBefore) {
  private static final int BURST = 3;
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

  /** No write yet. */
  static final WritePace FRESH = new WritePace(Long.MIN_VALUE, Long.MIN_VALUE);

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
  Duration delay(long now, Duration interval, boolean urgent) {
    long paced =
        urgent || full == Long.MIN_VALUE
            ? now
            : full - interval.multipliedBy(BURST - 1L).toMillis();
    long from = Math.max(paced, notBefore);
    return from > now ? Duration.ofMillis(from - now) : Duration.ZERO;
  }

  /** The pace after a write that failed. */
  WritePace failed(long now) {
    return new WritePace(full, now + AFTER_FAILURE.toMillis());
  }

  /** The pace after a write, urgent or not. */
  WritePace written(long now, Duration interval) {
    long most = now + interval.multipliedBy(BURST).toMillis();
    long next = Math.max(full, now) + interval.toMillis();
    return new WritePace(Math.min(next, most), Long.MIN_VALUE);
  }
}
