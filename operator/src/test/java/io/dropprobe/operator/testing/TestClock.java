// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Stands still at noon on 2026-01-01 until {@link #passes}. */
public class TestClock extends Clock {
  private Instant now = Instant.parse("2026-01-01T12:00:00Z");

  public void passes(Duration time) {
    now = now.plus(time);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("only UTC");
  }
}
