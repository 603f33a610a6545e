// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WritePaceTest {
  private static final long NOW = 1_000_000;
  private static final Duration TEN = Duration.ofSeconds(10);

  @Test
  void allowsABurstOfThreeThenOnePerInterval() {
    WritePace pace = WritePace.FRESH;
    for (int i = 0; i < 3; i++) {
      assertEquals(Duration.ZERO, pace.delay(NOW, TEN, false));
      pace = pace.written(NOW, TEN);
    }
    assertEquals(TEN, pace.delay(NOW, TEN, false));
    assertEquals(Duration.ofSeconds(3), pace.delay(NOW + 7_000, TEN, false));
    assertEquals(Duration.ZERO, pace.delay(NOW + 10_000, TEN, false));
    pace = pace.written(NOW + 10_000, TEN);
    assertEquals(TEN, pace.delay(NOW + 10_000, TEN, false));
  }

  @Test
  void writesEightTimesInSixtySecondsOfConstantChange() {
    WritePace pace = WritePace.FRESH;
    int writes = 0;
    for (int second = 0; second < 60; second++) {
      long now = NOW + second * 1000L;
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
      pace = pace.written(NOW, TEN);
    }
    assertEquals(TEN, pace.delay(NOW, TEN, false));
  }

  @Test
  void doesNotRetryAFailedWriteAtOnce() {
    WritePace failed = WritePace.FRESH.failed(NOW);
    assertEquals(Duration.ofSeconds(5), failed.delay(NOW, Duration.ofSeconds(10), true));
    assertEquals(Duration.ZERO, failed.delay(NOW + 5_000, Duration.ofSeconds(10), true));
    WritePace written = failed.written(NOW, Duration.ofSeconds(10));
    assertEquals(Duration.ZERO, written.delay(NOW + 4_000, Duration.ofSeconds(10), true));
  }
}
