package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private final DropProbeSpec spec = new DropProbeSpec();
  private final DropProbeStatus before = new DropProbeStatus();

  @BeforeEach
  void runningSinceEleven() {
    before.series = "s";
    before.activeSince = "2026-01-01T11:00:00Z";
  }

  @Test
  void withoutDurationThereIsNoEnd() {
    assertEquals(new Schedule("2026-01-01T11:00:00Z", null), of());
  }

  @Test
  void aDurationThatIsGivenLaterRunsFromNow() {
    spec.duration = "10m";
    assertEquals(new Schedule("2026-01-01T12:00:00Z", "2026-01-01T12:10:00Z"), of());
  }

  @Test
  void anotherDurationMovesTheEndOnly() {
    before.expiresAt = "2026-01-01T11:10:00Z";
    spec.duration = "2h";
    assertEquals(new Schedule("2026-01-01T11:00:00Z", "2026-01-01T13:00:00Z"), of());
  }

  @Test
  void offAndOnStartsAgain() {
    before.expiresAt = "2026-01-01T11:10:00Z";
    spec.duration = "10m";
    spec.active = false;
    Schedule off = of();
    assertEquals(new Schedule(null, null), off);
    before.activeSince = off.activeSince();
    before.expiresAt = off.expiresAt();
    spec.active = true;
    assertEquals(new Schedule("2026-01-01T12:00:00Z", "2026-01-01T12:10:00Z"), of());
  }

  @Test
  void anotherSeriesStartsAgain() {
    before.expiresAt = "2026-01-01T11:10:00Z";
    before.series = "another";
    spec.duration = "10m";
    assertEquals(new Schedule("2026-01-01T12:00:00Z", "2026-01-01T12:10:00Z"), of());
  }

  private Schedule of() {
    return Schedule.of(spec, before, "s", NOON);
  }
}
