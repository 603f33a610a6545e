// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.client.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Remembers answers of the API server that a pass shows but must not wait for. It looks them up in
 * the background, one after the other.
 *
 * @param <T> an answer
 */
final class LookUps<T> {
  /** Most answers at one time; further questions have no answer. */
  static final int MOST = 100;

  /** How long an empty answer is used: what was just asked may soon be there. */
  static final Duration CACHED = Duration.ofSeconds(10);

  /** When an answer is forgotten for which no pass has asked. */
  static final Duration FORGOTTEN = Duration.ofMinutes(5);

  private final Duration shown;
  private final Time time;
  private final Executor background;
  private final Map<String, Entry<T>> entries = new HashMap<>();

  /** What is known of a key. Guarded by the map's lock; times are of the monotonic clock. */
  private static final class Entry<T> {
    private Optional<T> answer = Optional.empty();
    private long askedAt;
    private long until = Long.MIN_VALUE;
    private boolean queued;
  }

  /**
   * @param shown how long an answer is used before it is looked up again
   * @param background runs one look-up at a time
   */
  LookUps(Duration shown, Time time, Executor background) {
    this.shown = shown;
    this.time = time;
    this.background = background;
  }

  /**
   * Returns the last answer at once, and queues a look-up if the answer is old.
   *
   * @param lookUp may block; empty also if it fails
   * @return empty also before the first answer
   */
  Optional<T> get(String key, Supplier<Optional<T>> lookUp) {
    synchronized (entries) {
      long now = time.millis();
      entries.values().removeIf(e -> !e.queued && now - e.askedAt >= FORGOTTEN.toMillis());
      if (entries.size() >= MOST && !entries.containsKey(key)) {
        return Optional.empty();
      }
      Entry<T> entry = entries.computeIfAbsent(key, k -> new Entry<>());
      entry.askedAt = now;
      if (!entry.queued && now >= entry.until) {
        entry.queued = true;
        background.execute(() -> refresh(entry, lookUp));
      }
      return entry.answer;
    }
  }

  private void refresh(Entry<T> entry, Supplier<Optional<T>> lookUp) {
    Optional<T> answer = Optional.empty();
    try {
      answer = lookUp.get();
    } finally {
      synchronized (entries) {
        entry.answer = answer;
        entry.until = time.in(answer.isEmpty() ? CACHED : shown);
        entry.queued = false;
      }
    }
  }
}
