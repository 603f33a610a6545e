// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportScheduleTest {
  private static final ReportSchedule SCHEDULE = new ReportSchedule(0.5, 30_000, 300_000);

  private static DropProbeNodeStatus report(Long packets, ProbeState state) {
    ProbeReport p = new ProbeReport();
    p.name = "a";
    p.lost = packets;
    p.state = state;
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.probes = List.of(p);
    return s;
  }

  private static final DropProbeNodeStatus WRITTEN = report(1L, ProbeState.Active);

  @Test
  void firstReportIsDueAtOnce() {
    assertEquals(Long.MIN_VALUE, SCHEDULE.due(null, 0, WRITTEN));
  }

  @Test
  void changedStateIsDueOneSecondAfterLastWrite() {
    assertEquals(61_000, SCHEDULE.due(WRITTEN, 60_000, report(1L, ProbeState.Inactive)));
  }

  @Test
  void changedCountsAreDueAtNextSlot() {
    // Slots at 15 s, 45 s, 75 s …
    assertEquals(75_000, SCHEDULE.due(WRITTEN, 60_000, report(2L, ProbeState.Active)));
    assertEquals(105_000, SCHEDULE.due(WRITTEN, 75_000, report(2L, ProbeState.Active)));
  }

  @Test
  void changedCountsWaitNoLongerThanHeartbeat() {
    ReportSchedule hourly = new ReportSchedule(0.5, 3_600_000, 300_000);
    assertEquals(60_000 + 285_000, hourly.due(WRITTEN, 60_000, report(2L, ProbeState.Active)));
  }

  @Test
  void emptyListEqualsAbsentList() {
    DropProbeNodeStatus none = new DropProbeNodeStatus();
    DropProbeNodeStatus empty = new DropProbeNodeStatus();
    empty.probes = List.of();
    assertEquals(ReportDiff.NONE, ReportDiff.between(none, empty));
  }

  @Test
  void unchangedReportIsDueAsJitteredHeartbeat() {
    DropProbeNodeStatus same = report(1L, ProbeState.Active);
    same.reportedAt = "2026-01-01T00:00:00Z";
    assertEquals(60_000 + 285_000, SCHEDULE.due(WRITTEN, 60_000, same));
  }

  @Test
  void nodesHaveDifferentSlots() {
    Set<Long> slots = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      ReportSchedule s =
          ReportSchedule.of("worker-" + i, Duration.ofSeconds(30), Duration.ofMinutes(5));
      long slot = s.slotAfter(1_000_000);
      assertTrue(slot > 1_000_000 && slot <= 1_030_000, "slot at " + slot);
      slots.add(slot);
    }
    assertTrue(slots.size() > 90, slots.size() + " different slots of 100 nodes");
  }
}
