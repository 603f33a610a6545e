// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import java.time.Duration;

/**
 * Limits how often the ConfigMap is written, since each write goes to every agent. A rollout stays
 * below it; a node that invents one module after the other does not.
 *
 * @param full when all writes are available again, in milliseconds of the monotonic clock
 */
record WriteBudget(long full) {
  /** Most bytes that the API server sends to all agents together, in a second. */
  private static final long BYTES_PER_SECOND = 5_000_000;

  /** Shortest time between two writes after the burst. */
  private static final Duration SHORTEST = Duration.ofSeconds(10);

  /** Writes in a row, at the shortest time between two. */
  private static final int BURST = 20;

  /** Writes in a row in any case: a trial begins, fails, and is retried. */
  private static final int SMALLEST_BURST = 3;

  static final WriteBudget FRESH = new WriteBudget(Long.MIN_VALUE);

  /**
   * The time between two writes after the burst.
   *
   * @param agents that receive the ConfigMap
   * @param bytes of its data
   */
  static Duration period(int agents, long bytes) {
    Duration needed = Duration.ofMillis(1000 * agents * bytes / BYTES_PER_SECOND);
    return needed.compareTo(SHORTEST) < 0 ? SHORTEST : needed;
  }

  private static long burst(Duration period) {
    return Math.max(SMALLEST_BURST, BURST * SHORTEST.toMillis() / period.toMillis());
  }

  /**
   * How long a write has to wait; zero if it may go out now.
   *
   * @param period see {@link #period}
   */
  Duration delay(long now, Duration period) {
    long from =
        full == Long.MIN_VALUE ? now : full - period.multipliedBy(burst(period) - 1).toMillis();
    return from > now ? Duration.ofMillis(from - now) : Duration.ZERO;
  }

  /**
   * The budget after a write.
   *
   * @param period see {@link #period}
   */
  WriteBudget written(long now, Duration period) {
    return new WriteBudget(Math.max(full, now) + period.toMillis());
  }
}
