// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.dropprobe.operator.runtime.PassLimiter.Window;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimiter;
import java.time.Duration;
import java.util.Optional;

/**
 * Limits how often an object is reconciled. The framework's own limiter measures by the time of day
 * ({@code LocalDateTime.now()}), so that after a step of the clock by an hour back it lets no pass
 * through for an hour.
 */
public final class PassLimiter implements RateLimiter<Window> {
  private static final int PASSES = 4;
  private static final Duration WITHIN = Duration.ofSeconds(1);

  /** The passes of one object. */
  public static final class Window implements RateLimitState {
    private long begun = System.nanoTime();
    private int passes;
  }

  /** For the framework, which makes one for each reconciler. */
  public PassLimiter() {}

  @Override
  public Window initState() {
    return new Window();
  }

  @Override
  public Optional<Duration> isLimited(RateLimitState state) {
    return isLimited((Window) state, System.nanoTime());
  }

  /** Counts a pass if it may run now, else returns how long it has to wait. */
  static Optional<Duration> isLimited(Window w, long now) {
    if (now - w.begun >= WITHIN.toNanos()) {
      w.begun = now;
      w.passes = 0;
    }
    if (w.passes == PASSES) {
      return Optional.of(WITHIN.minusNanos(now - w.begun));
    }
    w.passes++;
    return Optional.empty();
  }
}
