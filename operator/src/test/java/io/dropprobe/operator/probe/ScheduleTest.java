// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.rules.Series;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.operator.accounting.Contribution;
import io.dropprobe.operator.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private final DropProbe probe = new DropProbe();
  private final DropProbeSpec spec = probe.getSpec();
  private final DropProbeStatus before = new DropProbeStatus();

  @BeforeEach
  void activeSinceEleven() {
    before.series = "s";
    before.activeSince = "2026-01-01T11:00:00Z";
  }

  @Test
  void hasNoEndWithoutDuration() {
    assertEquals(new Schedule("2026-01-01T11:00:00Z", null), of());
  }

  @Test
  void startsDurationThatIsGivenLaterNow() {
    spec.duration = "10m";
    assertEquals(new Schedule("2026-01-01T12:00:00Z", "2026-01-01T12:10:00Z"), of());
  }

  @Test
  void changedDurationMovesOnlyTheEnd() {
    before.expiresAt = "2026-01-01T11:10:00Z";
    spec.duration = "2h";
    assertEquals(new Schedule("2026-01-01T11:00:00Z", "2026-01-01T13:00:00Z"), of());
  }

  @Test
  void restartsAfterInactive() {
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
  void restartsWithANewSeries() {
    before.expiresAt = "2026-01-01T11:10:00Z";
    before.series = "another";
    spec.duration = "10m";
    assertEquals(new Schedule("2026-01-01T12:00:00Z", "2026-01-01T12:10:00Z"), of());
  }

  /** Or every probe that has expired would count again after an update. */
  @Test
  void continuesWhenAnUpdateCountsOtherwise() {
    before.expiresAt = "2026-01-01T11:10:00Z";
    spec.duration = "10m";
    before.series = Series.ofFirstModel(spec);
    assertEquals(new Schedule("2026-01-01T11:00:00Z", "2026-01-01T11:10:00Z"), of());
  }

  private Schedule of() {
    return of(List.of());
  }

  private Schedule of(List<Contribution> contributions) {
    return Schedule.of(probe, before, "s", contributions, NOON);
  }

  private static Contribution since(String time) {
    DropProbeNode report = Reports.report("a", NOON);
    report.getStatus().probes.add(Reports.entry("a", "u", p -> p.since = time));
    return Contribution.of(List.of(report), r -> "", r -> Duration.ZERO, "u", "s").get(0);
  }

  @Test
  void startsWithTheFirstCountIfCreatedWhileTheOperatorWasDown() {
    before.activeSince = null;
    probe.getMetadata().setCreationTimestamp("2026-01-01T10:00:00Z");
    probe.getMetadata().setGeneration(1L);
    spec.duration = "10m";
    assertEquals(
        new Schedule("2026-01-01T10:00:30Z", "2026-01-01T10:10:30Z"),
        of(List.of(since("2026-01-01T10:00:40Z"), since("2026-01-01T10:00:30Z"))));
    assertEquals("2026-01-01T12:00:00Z", of(List.of()).activeSince(), "no node has counted");
    assertEquals(
        "2026-01-01T10:00:00Z",
        of(List.of(since("1970-01-01T00:00:00Z"))).activeSince(),
        "not before its creation");
    assertEquals("2026-01-01T12:00:00Z", of(List.of(since("nonsense"))).activeSince());
    probe.getMetadata().setGeneration(2L);
    assertEquals("2026-01-01T12:00:00Z", of(List.of(since("2026-01-01T10:00:30Z"))).activeSince());
  }
}
