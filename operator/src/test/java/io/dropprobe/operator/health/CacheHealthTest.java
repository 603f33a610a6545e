// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.operator.testing.TestClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CacheHealthTest {
  private final TestClock clock = new TestClock();
  private final CacheHealth health = new CacheHealth(clock);

  @Test
  void toleratesAShortTimeWithoutWatch() {
    assertTrue(health.isAlive("Node", true, true));
    assertTrue(health.isAlive("Node", true, false));
    clock.passes(CacheHealth.PATIENCE.minus(Duration.ofSeconds(1)));
    assertTrue(health.isAlive("Node", true, false));
    assertTrue(health.isAlive("Node", true, true));
    clock.passes(CacheHealth.PATIENCE);
    assertTrue(health.isAlive("Node", true, false), "the watch was back in between");
  }

  @Test
  void isDeadWithoutWatchForTooLong() {
    assertTrue(health.isAlive("Node", true, false));
    clock.passes(CacheHealth.PATIENCE);
    assertFalse(health.isAlive("Node", true, false));
    assertTrue(health.isAlive("DropProbe", true, true), "another informer is alive");
  }

  @Test
  void isDeadAtOnceWhenStopped() {
    assertFalse(health.isAlive("Node", false, true));
    assertFalse(health.isAlive("Node", false, false));
  }
}
