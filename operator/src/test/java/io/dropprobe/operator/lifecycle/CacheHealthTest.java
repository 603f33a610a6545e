package io.dropprobe.operator.lifecycle;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.operator.testing.TestClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CacheHealthTest {
  private final TestClock clock = new TestClock();
  private final CacheHealth health = new CacheHealth(clock, CacheHealth.PATIENCE);

  @Test
  void aWatchThatIsAwayForAWhileIsNormal() {
    assertTrue(health.lives("Node", true, true));
    assertTrue(health.lives("Node", true, false));
    clock.passes(CacheHealth.PATIENCE.minus(Duration.ofSeconds(1)));
    assertTrue(health.lives("Node", true, false));
    assertTrue(health.lives("Node", true, true));
    clock.passes(CacheHealth.PATIENCE);
    assertTrue(health.lives("Node", true, false), "it was back meanwhile");
  }

  @Test
  void aWatchThatDoesNotComeBackIsDeath() {
    assertTrue(health.lives("Node", true, false));
    clock.passes(CacheHealth.PATIENCE);
    assertFalse(health.lives("Node", true, false));
    assertTrue(health.lives("DropProbe", true, true), "another one lives");
  }

  @Test
  void aStoppedInformerIsDeadAtOnce() {
    assertFalse(health.lives("Node", false, true));
    assertFalse(health.lives("Node", false, false));
  }
}
