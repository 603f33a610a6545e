// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WriteBudgetTest {
  @Test
  void allowsABurstThenOneInTenSeconds() {
    WriteBudget budget = WriteBudget.FRESH;
    long now = 1_000_000;
    for (int i = 0; i < 20; i++) {
      assertEquals(Duration.ZERO, budget.delay(now), "write " + i);
      budget = budget.written(now);
    }
    assertEquals(Duration.ofSeconds(10), budget.delay(now));
    assertEquals(Duration.ZERO, budget.delay(now + 10_000));
    budget = budget.written(now + 10_000);
    assertEquals(Duration.ofSeconds(10), budget.delay(now + 10_000));
    assertEquals(Duration.ZERO, budget.delay(now + 3_600_000));
  }
}
