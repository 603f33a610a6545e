package io.dropprobe.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for a condition with a deadline; on failure it says what was there instead. */
final class Await {
  private Await() {}

  /** Polls until the value fits, and returns it. An exception while polling counts as "not yet". */
  static <T> T until(String what, Duration limit, Supplier<T> value, Predicate<T> fits) {
    var end = Instant.now().plus(limit);
    Object last;
    do {
      try {
        T now = value.get();
        if (fits.test(now)) {
          return now;
        }
        last = now;
      } catch (RuntimeException e) {
        last = e;
      }
      pause();
    } while (Instant.now().isBefore(end));
    throw new AssertionError("after %s still not: %s; last seen: %s".formatted(limit, what, last));
  }

  private static void pause() {
    try {
      Thread.sleep(250);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }
}
