// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import io.dropprobe.api.client.Time;
import java.time.Duration;
import java.time.Instant;

/** Clocks that only a test moves; it is noon on 2026-01-01. */
public class TestClock implements Time {
  private Instant now = Instant.parse("2026-01-01T12:00:00Z");
  private long millis = 1_000_000;

  /** Moves both clocks. */
  public void passes(Duration time) {
    steps(time);
    millis += time.toMillis();
  }

  /** Moves the time of day only, as an administrator or NTP does. */
  public void steps(Duration time) {
    now = now.plus(time);
  }

  @Override
  public Instant wall() {
    return now;
  }

  @Override
  public long millis() {
    return millis;
  }
}
