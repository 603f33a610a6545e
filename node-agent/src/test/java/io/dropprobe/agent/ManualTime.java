// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.api.client.Time;
import java.time.Duration;
import java.time.Instant;

/** Clocks that only a test moves. */
public final class ManualTime implements Time {
  private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
  private long millis = 1_000_000;
  private Duration skew = Duration.ZERO;

  @Override
  public Instant wall() {
    return wall;
  }

  @Override
  public long millis() {
    return millis;
  }

  @Override
  public Instant machine() {
    return wall.plus(skew);
  }

  @Override
  public Duration skew() {
    return skew;
  }

  /** Sets how wrong the machine's clock is; {@link #wall} is right in any case. */
  public void skew(Duration by) {
    skew = by;
  }

  /** Sets the clock of the machine, as an administrator or a time server does. */
  public void setWall(Duration ahead) {
    wall = wall.plus(ahead);
  }

  /** Moves both clocks. */
  public void pass(Duration time) {
    wall = wall.plus(time);
    millis += time.toMillis();
  }
}
