// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTimeTest {
  private static final String NOON = "Thu, 01 Jan 2026 12:00:00 GMT";

  private final Machine machine = new Machine();
  private final ServerTime time = new ServerTime(machine);

  private static final class Machine implements Time {
    private Instant wall = Instant.parse("2026-01-01T12:00:00Z");
    private long millis = 5_000_000;

    @Override
    public Instant wall() {
      return wall;
    }

    @Override
    public long millis() {
      return millis;
    }

    void passes(Duration duration) {
      wall = wall.plus(duration);
      millis += duration.toMillis();
    }

    void steps(Duration duration) {
      wall = wall.plus(duration);
    }
  }

  @Test
  void isTheMachinesTimeBeforeTheFirstAnswer() {
    machine.steps(Duration.ofHours(7));
    assertEquals(machine.wall, time.wall());
    assertEquals(Duration.ZERO, time.skew());
  }

  @Test
  void isTheMachinesTimeWhileBothAgree() {
    machine.steps(Duration.ofMillis(9700));
    time.answered(NOON);
    assertEquals(machine.wall, time.wall());
  }

  @ParameterizedTest
  @ValueSource(ints = {-3600, -11, 11, 3600, 86_400})
  void isTheServersTimeWhileTheMachineIsWrong(int seconds) {
    machine.steps(Duration.ofSeconds(seconds));
    time.answered(NOON);
    assertEquals(Instant.parse("2026-01-01T12:00:00Z"), time.wall());
    assertEquals(Duration.ofSeconds(seconds), time.skew());
    machine.passes(Duration.ofSeconds(30));
    assertEquals(Instant.parse("2026-01-01T12:00:30Z"), time.wall());
  }

  @ParameterizedTest
  @ValueSource(ints = {-3600, 3600})
  void doesNotStepWithTheMachine(int seconds) {
    time.answered(NOON);
    machine.passes(Duration.ofSeconds(1));
    machine.steps(Duration.ofSeconds(seconds));
    assertEquals(Instant.parse("2026-01-01T12:00:01Z"), time.wall());
    machine.steps(Duration.ofSeconds(-seconds));
    assertEquals(Instant.parse("2026-01-01T12:00:01Z"), time.wall());
  }

  @Test
  void followsTheServer() {
    time.answered("Thu, 01 Jan 2026 13:00:00 GMT");
    assertEquals(Instant.parse("2026-01-01T13:00:00Z"), time.wall());
    assertEquals(Duration.ofHours(-1), time.skew());
    time.answered("Thu, 01 Jan 2026 14:00:00 GMT");
    assertEquals(Instant.parse("2026-01-01T14:00:00Z"), time.wall());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "now", "Fri, 01 Jan 2026 12:00:00 GMT", "+999999999-12-31"})
  void ignoresDatesThatAreNone(String date) {
    time.answered(NOON);
    time.answered(date);
    time.answered(null);
    assertEquals(machine.wall, time.wall());
  }

  /** Of several API servers, one has a wrong clock. */
  @Test
  void staysWithTheMachineWhileOneServerConfirmsIt() {
    for (int i = 0; i < 10; i++) {
      time.answered(NOON);
      assertEquals(machine.wall, time.wall());
      time.answered("Thu, 01 Jan 2026 13:00:00 GMT");
      assertEquals(machine.wall, time.wall());
      assertEquals(Duration.ZERO, time.skew());
    }
    machine.passes(ServerTime.CONFIRMED.plusSeconds(1));
    assertEquals(Duration.ofHours(-1), time.skew(), "no server has confirmed it for long");
  }

  /** The process had no time, and reads the answer late. */
  @Test
  void staysWithTheMachineWhenAnAnswerIsReadLate() {
    time.answered(NOON);
    machine.passes(Duration.ofSeconds(40));
    time.answered("Thu, 01 Jan 2026 12:00:05 GMT");
    assertEquals(machine.wall, time.wall());
  }
}
