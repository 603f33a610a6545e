// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WriteBudgetTest {
  private static final Duration TYPICAL = WriteBudget.period(5000, 2048);
  private static final Duration LARGEST = WriteBudget.period(5000, 64 * 1024);

  /** Writes as often as it is allowed to, at one moment. */
  private static WriteBudget burst(Duration period, int writes) {
    WriteBudget budget = WriteBudget.FRESH;
    for (int i = 0; i < writes; i++) {
      assertEquals(Duration.ZERO, budget.delay(1_000_000, period), "write " + i);
      budget = budget.written(1_000_000, period);
    }
    return budget;
  }

  @Test
  void periodFollowsTheBytesThatAllAgentsReceive() {
    assertEquals(Duration.ofSeconds(10), WriteBudget.period(0, 0));
    assertEquals(Duration.ofSeconds(10), TYPICAL);
    assertEquals(Duration.ofSeconds(20), WriteBudget.period(5000, 20_000));
    assertEquals(Duration.ofMillis(65_536), LARGEST);
  }

  @Test
  void allowsABurstThenOneInTenSeconds() {
    WriteBudget budget = burst(TYPICAL, 20);
    long now = 1_000_000;
    assertEquals(Duration.ofSeconds(10), budget.delay(now, TYPICAL));
    assertEquals(Duration.ZERO, budget.delay(now + 10_000, TYPICAL));
    budget = budget.written(now + 10_000, TYPICAL);
    assertEquals(Duration.ofSeconds(10), budget.delay(now + 10_000, TYPICAL));
    assertEquals(Duration.ZERO, budget.delay(now + 3_600_000, TYPICAL));
  }

  @Test
  void largeConfigMapHasASmallBurst() {
    Duration twenty = Duration.ofSeconds(20);
    assertEquals(twenty, burst(twenty, 10).delay(1_000_000, twenty));
    assertEquals(LARGEST, burst(LARGEST, 3).delay(1_000_000, LARGEST));
    assertEquals(
        Duration.ofHours(1), burst(Duration.ofHours(1), 3).delay(1_000_000, Duration.ofHours(1)));
  }
}
