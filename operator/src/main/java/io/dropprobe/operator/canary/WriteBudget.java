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
  private static final int BURST = 20;
  private static final Duration EACH = Duration.ofSeconds(10);

  static final WriteBudget FRESH = new WriteBudget(Long.MIN_VALUE);

  /** How long a write has to wait; zero if it may go out now. */
  Duration delay(long now) {
    long from = full == Long.MIN_VALUE ? now : full - EACH.multipliedBy(BURST - 1L).toMillis();
    return from > now ? Duration.ofMillis(from - now) : Duration.ZERO;
  }

  /** The budget after a write. */
  WriteBudget written(long now) {
    return new WriteBudget(Math.max(full, now) + EACH.toMillis());
  }
}
