// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Detects dead informers: those that have stopped, or have had no watch for so long that they will
 * not get one by themselves. A short time without a watch is normal when the API server restarts.
 */
final class CacheHealth {
  /** How long an informer may be without a watch. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Clock clock;
  private final Map<String, Instant> withoutWatch = new ConcurrentHashMap<>();

  CacheHealth(Clock clock) {
    this.clock = clock;
  }

  /**
   * Whether an informer is alive. To be called regularly.
   *
   * @param running whether it has not stopped
   * @param watching whether it has a watch now
   */
  boolean isAlive(String informer, boolean running, boolean watching) {
    if (watching) {
      withoutWatch.remove(informer);
      return running;
    }
    Instant now = clock.instant();
    Instant since = withoutWatch.computeIfAbsent(informer, i -> now);
    return running && Duration.between(since, now).compareTo(PATIENCE) < 0;
  }
}
