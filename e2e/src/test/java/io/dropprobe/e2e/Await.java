// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for a condition with a deadline; on failure it says what was there instead. */
final class Await {
  /** Only a failure takes this long; an emulated node of a machine that has other work is slow. */
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private Await() {}

  /** Polls until the value fits, and returns it. An exception while polling counts as "not yet". */
  static <T> T until(String what, Supplier<T> value, Predicate<T> fits) {
    var end = Instant.now().plus(LIMIT);
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
    throw new AssertionError("after %s still not: %s; last seen: %s".formatted(LIMIT, what, last));
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
