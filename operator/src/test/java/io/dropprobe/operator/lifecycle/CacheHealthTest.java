package io.dropprobe.operator.lifecycle;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CacheHealthTest {
  private Instant now = Instant.parse("2026-01-01T12:00:00Z");
  private final CacheHealth health = new CacheHealth(new Moving());

  private final class Moving extends Clock {
    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @Test
  void aWatchThatIsAwayForAWhileIsNormal() {
    assertTrue(health.lives("Node", true, true));
    assertTrue(health.lives("Node", true, false));
    now = now.plus(CacheHealth.PATIENCE).minus(Duration.ofSeconds(1));
    assertTrue(health.lives("Node", true, false));
    assertTrue(health.lives("Node", true, true));
    now = now.plus(CacheHealth.PATIENCE);
    assertTrue(health.lives("Node", true, false), "it was back meanwhile");
  }

  @Test
  void aWatchThatDoesNotComeBackIsDeath() {
    assertTrue(health.lives("Node", true, false));
    now = now.plus(CacheHealth.PATIENCE);
    assertFalse(health.lives("Node", true, false));
    assertTrue(health.lives("DropProbe", true, true), "another one lives");
  }

  @Test
  void aStoppedInformerIsDeadAtOnce() {
    assertFalse(health.lives("Node", false, true));
    assertFalse(health.lives("Node", false, false));
  }
}
