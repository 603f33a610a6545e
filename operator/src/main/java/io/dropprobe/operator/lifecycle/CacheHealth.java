package io.dropprobe.operator.lifecycle;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which informers are dead: those that have stopped, or have had no watch for so long that they
 * will not get one again by themselves. A watch that is away for a while is normal when the API
 * server restarts.
 */
final class CacheHealth {
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Clock clock;
  private final Duration patience;
  private final Map<String, Instant> withoutWatch = new ConcurrentHashMap<>();

  /**
   * @param patience how long a watch may be away
   */
  CacheHealth(Clock clock, Duration patience) {
    this.clock = clock;
    this.patience = patience;
  }

  /**
   * Whether an informer lives. To be asked regularly.
   *
   * @param running has not stopped
   * @param watching has a watch now
   */
  boolean lives(String informer, boolean running, boolean watching) {
    if (watching) {
      withoutWatch.remove(informer);
      return running;
    }
    Instant now = clock.instant();
    Instant since = withoutWatch.computeIfAbsent(informer, i -> now);
    return running && Duration.between(since, now).compareTo(patience) < 0;
  }
}
