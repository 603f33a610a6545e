// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.rules.ConditionSet;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.NodeSummary;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final String ELEVEN = "2026-01-01T11:00:00Z";

  @Test
  void waitsAFullTimeForTheFirstNodesAfterADayWithoutAny() {
    DropProbeStatus before = status(3, false, false, 0, null);
    before.conditions.get(0).setLastTransitionTime("2025-12-31T12:00:00Z");
    Patience p = patience(before, ProbeState.Active, 1);
    assertFalse(p.isOver());
    assertEquals("2026-01-01T12:00:00Z", p.pendingSince());
  }

  @Test
  void waitsNoLongerThanGiven() {
    assertTrue(patience(status(3, false, false, 1, ELEVEN), ProbeState.Active, 1).isOver());
    assertFalse(
        patience(status(3, false, false, 1, "2026-01-01T11:45:01Z"), ProbeState.Active, 1)
            .isOver());
  }

  @Test
  void waitsAgainForANewGenerationAndAfterTheDuration() {
    assertFalse(patience(status(2, true, false, 1, ELEVEN), ProbeState.Active, 1).isOver());
    assertFalse(patience(status(3, true, false, 1, ELEVEN), ProbeState.Expired, 1).isOver());
    assertTrue(patience(status(3, true, true, 1, ELEVEN), ProbeState.Expired, 1).isOver());
  }

  @Test
  void aNodeThatJoinsLaterHoldsUpNothingAndIsNoProblemAtFirst() {
    Patience p = patience(status(3, true, false, 0, null), ProbeState.Active, 1);
    assertTrue(p.isOver());
    assertFalse(p.exhausted());
  }

  @Test
  void forgetsTheTimeWhenNoNodeIsPending() {
    assertEquals(
        null, patience(status(3, true, false, 1, ELEVEN), ProbeState.Active, 0).pendingSince());
  }

  @Test
  void startsAgainAfterTheClockWasSetBack() {
    Patience p = patience(status(3, false, false, 1, "2026-01-01T13:00:00Z"), ProbeState.Active, 1);
    assertEquals("2026-01-01T12:00:00Z", p.pendingSince());
  }

  private static Patience patience(DropProbeStatus before, ProbeState desired, int pending) {
    NodeSummary now = new NodeSummary();
    now.pending = pending;
    return Patience.of(before, now, 3L, desired, Duration.ofMinutes(15), NOON);
  }

  private static DropProbeStatus status(
      long generation, boolean ready, boolean expired, int pending, String since) {
    DropProbeStatus s = new DropProbeStatus();
    s.observedGeneration = generation;
    s.nodes = new NodeSummary();
    s.nodes.pending = pending;
    s.nodes.pendingSince = since;
    s.conditions =
        new ConditionSet(null, generation, NOON)
            .set(Conditions.Probe.READY, ready, "Reason", "")
            .set(Conditions.Probe.EXPIRED, expired, "Reason", "")
            .list();
    return s;
  }
}
