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
import io.dropprobe.operator.cluster.ClusterNode;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
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
  void waitsAgainWhenTheProbesAreSuspendedAndResumed() {
    DropProbeStatus counted = status(3, false, false, 1, ELEVEN);
    assertFalse(patience(counted, ProbeState.Removed, 1).isOver());
    DropProbeStatus suspended = status(3, false, true, 1, ELEVEN);
    suspended.suspended = true;
    assertTrue(patience(suspended, ProbeState.Removed, 1).isOver());
    assertFalse(patience(suspended, ProbeState.Expired, 1).isOver());
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

  @Test
  void newcomersAreNotWaitedForAndAreNoProblem() {
    DropProbeStatus before = status(3, false, false, 1, "2026-01-01T11:50:00Z");
    Patience p =
        patience(
            before,
            node("old", "2026-01-01T10:00:00Z"),
            node("first", "2026-01-01T11:50:00Z"),
            node("late", "2026-01-01T11:50:01Z"),
            node("unknown", null));
    assertFalse(p.isOver());
    assertEquals(Set.of("late"), p.newcomers());
    assertEquals(0, p.overdue());
  }

  @Test
  void onlyNodesOlderThanGivenAreOverdue() {
    DropProbeStatus before = status(3, true, false, 1, ELEVEN);
    ClusterNode late = node("late", "2026-01-01T11:45:01Z");
    assertEquals(0, patience(before, late).overdue());
    assertEquals(
        3,
        patience(
                before,
                late,
                node("old", "2026-01-01T10:00:00Z"),
                node("joined", "2026-01-01T11:45:00Z"),
                node("unknown", null))
            .overdue());
  }

  private static Patience patience(DropProbeStatus before, ProbeState desired, int pending) {
    return Patience.of(
        before,
        Collections.nCopies(pending, node("old", "2026-01-01T10:00:00Z")),
        3L,
        desired,
        Duration.ofMinutes(15),
        NOON);
  }

  private static Patience patience(DropProbeStatus before, ClusterNode... pending) {
    return Patience.of(
        before, List.of(pending), 3L, ProbeState.Active, Duration.ofMinutes(15), NOON);
  }

  private static ClusterNode node(String name, String created) {
    return ClusterNode.of(
        new NodeBuilder()
            .withNewMetadata()
            .withName(name)
            .withCreationTimestamp(created)
            .endMetadata()
            .build());
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
