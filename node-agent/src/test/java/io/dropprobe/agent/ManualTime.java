// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.agent.platform.Time;
import java.time.Duration;
import java.time.Instant;

/** Clocks that only a test moves. */
public final class ManualTime implements Time {
  private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
  private long millis = 1_000_000;

  @Override
  public Instant wall() {
    return wall;
  }

  @Override
  public long millis() {
    return millis;
  }

  /** Moves both clocks. */
  public void pass(Duration time) {
    wall = wall.plus(time);
    millis += time.toMillis();
  }
}
