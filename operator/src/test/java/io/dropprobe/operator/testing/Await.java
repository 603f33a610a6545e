// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for a condition with a deadline; a failure shows the state and the last exception. */
public final class Await {
  /** Only a failure takes this long; a machine that has other work is slow. */
  public static final Duration DEADLINE = Duration.ofMinutes(5);

  private static final Duration PERIOD = Duration.ofMillis(100);

  private Await() {}

  /** Waits; an exception means "not yet". */
  public static void until(String what, Callable<Boolean> condition) {
    until(what, condition, () -> "");
  }

  /**
   * @param state shown when the deadline passes
   */
  public static void until(String what, Callable<Boolean> condition, Supplier<String> state) {
    long end = System.nanoTime() + DEADLINE.toNanos();
    Exception last = null;
    while (System.nanoTime() < end) {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (Exception e) {
        last = e;
      }
      LockSupport.parkNanos(PERIOD.toNanos());
    }
    throw new AssertionError(
        "not within " + DEADLINE.toSeconds() + " s: " + what + "\n" + state.get(), last);
  }
}
