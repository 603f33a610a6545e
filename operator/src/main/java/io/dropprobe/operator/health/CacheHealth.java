// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import io.dropprobe.api.client.Time;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Detects dead informers: those that have stopped, or have had no watch for so long that they will
 * not get one by themselves. A short time without a watch is normal when the API server restarts.
 */
final class CacheHealth {
  /** How long an informer may be without a watch. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Time time;

  /** Since when, in milliseconds of the monotonic clock, by informer. */
  private final Map<String, Long> withoutWatch = new ConcurrentHashMap<>();

  CacheHealth(Time time) {
    this.time = time;
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
    long since = withoutWatch.computeIfAbsent(informer, i -> time.millis());
    return running && time.millis() - since < PATIENCE.toMillis();
  }
}
