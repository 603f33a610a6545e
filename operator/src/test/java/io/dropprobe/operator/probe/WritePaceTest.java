// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WritePaceTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration TEN = Duration.ofSeconds(10);

  @Test
  void allowsABurstOfThreeThenOnePerInterval() {
    WritePace pace = WritePace.FRESH;
    for (int i = 0; i < 3; i++) {
      assertEquals(Duration.ZERO, pace.delay(NOON, TEN, false));
      pace = pace.written(NOON, TEN);
    }
    assertEquals(TEN, pace.delay(NOON, TEN, false));
    assertEquals(Duration.ofSeconds(3), pace.delay(NOON.plusSeconds(7), TEN, false));
    assertEquals(Duration.ZERO, pace.delay(NOON.plusSeconds(10), TEN, false));
    pace = pace.written(NOON.plusSeconds(10), TEN);
    assertEquals(TEN, pace.delay(NOON.plusSeconds(10), TEN, false));
  }

  @Test
  void writesEightTimesInSixtySecondsOfConstantChange() {
    WritePace pace = WritePace.FRESH;
    int writes = 0;
    for (int second = 0; second < 60; second++) {
      Instant now = NOON.plusSeconds(second);
      if (pace.delay(now, TEN, false).isZero()) {
        pace = pace.written(now, TEN);
        writes++;
      }
    }
    assertEquals(3 + 5, writes);
  }

  @Test
  void urgentWritesDoNotDelayCountsForever() {
    WritePace pace = WritePace.FRESH;
    for (int i = 0; i < 100; i++) {
      pace = pace.written(NOON, TEN);
    }
    assertEquals(TEN, pace.delay(NOON, TEN, false));
  }

  @Test
  void doesNotRetryAFailedWriteAtOnce() {
    WritePace failed = WritePace.FRESH.failed(NOON);
    assertEquals(Duration.ofSeconds(5), failed.delay(NOON, Duration.ofSeconds(10), true));
    assertEquals(Duration.ZERO, failed.delay(NOON.plusSeconds(5), Duration.ofSeconds(10), true));
    WritePace written = failed.written(NOON, Duration.ofSeconds(10));
    assertEquals(Duration.ZERO, written.delay(NOON.plusSeconds(4), Duration.ofSeconds(10), true));
  }
}
