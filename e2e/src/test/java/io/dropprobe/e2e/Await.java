// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for a condition with a deadline; a failure shows the last value or exception. */
final class Await {
  /** Only a failure takes this long: an emulated node is slow if the machine has other work. */
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
    throw new AssertionError("not within %s: %s; last value: %s".formatted(LIMIT, what, last));
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
