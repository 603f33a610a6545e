// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.agent.probe.DesiredState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextPassTest {
  private static final DesiredState NOTHING = new DesiredState("n1", List.of(), List.of(), true);

  private final ManualTime time = new ManualTime();
  private final NextPass next = new NextPass(time, Duration.ofMinutes(10), Duration.ofSeconds(10));

  private long millisAfterPassOf(long millis, long requested) {
    long begun = time.millis();
    time.pass(Duration.ofMillis(millis));
    return next.after(begun, NOTHING, false, requested) - time.millis();
  }

  @Test
  void quietNodePassesEveryTenSeconds() {
    assertEquals(10_000, millisAfterPassOf(1, Long.MAX_VALUE));
  }

  @Test
  void passesFourTimesBeforeLeaseExpires() {
    NextPass hurried = new NextPass(time, Duration.ofSeconds(20), Duration.ofSeconds(10));
    long due = hurried.after(time.millis(), NOTHING, false, Long.MAX_VALUE);
    assertEquals(5000, due - time.millis());
  }

  @Test
  void restsNineTimesAsLongAsThePassTook() {
    assertEquals(100, millisAfterPassOf(1, Long.MIN_VALUE), "at least");
    assertEquals(2700, millisAfterPassOf(300, Long.MIN_VALUE));
    assertEquals(5000, millisAfterPassOf(60_000, Long.MIN_VALUE), "at most");
  }

  @Test
  void reportIntervalIsNotShorterThanTheSettings() {
    assertEquals(Duration.ofSeconds(30), next.reportInterval(NOTHING));
    NextPass rare = new NextPass(time, Duration.ofMinutes(10), Duration.ofMinutes(1));
    assertEquals(Duration.ofMinutes(1), rare.reportInterval(NOTHING));
  }
}
