// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.rules.ConditionSet;
import io.dropprobe.api.rules.Series;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.NodePackets;
import io.dropprobe.api.v1alpha1.Packets;
import io.dropprobe.api.v1alpha1.Problem;
import io.dropprobe.api.v1alpha1.Retired;
import java.lang.reflect.Field;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatusChangeTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  /** Fields whose change is written at once. Of retired, only the number of nodes counts. */
  private static final Set<String> URGENT =
      Set.of(
          "observedGeneration",
          "suspended",
          "conditions",
          "retired",
          "reportInterval",
          "series",
          "activeSince",
          "expiresAt");

  /** Fields whose change may wait, or comes with a change of the series only. */
  private static final Set<String> NOT_URGENT =
      Set.of(
          "earlierSeries",
          "returns",
          "nodes",
          "problems",
          "packets",
          "summary",
          "topCauses",
          "topNodes",
          "topLocations",
          "stages");

  private static DropProbeStatus status(long lost, long traffic, String share) {
    DropProbeStatus status = status(true, "Counting", "counting on 1 of 1");
    status.packets = new Packets();
    status.packets.lost = lost;
    status.packets.traffic = traffic;
    status.packets.lostShare = share;
    status.retired = new Retired();
    status.retired.traffic = traffic;
    status.topNodes = List.of(new NodePackets("a", lost, 0L, null, share));
    return status;
  }

  /** Each write goes to every agent, and a quiet cluster must stay quiet. */
  @Test
  void moreTrafficIsNoChange() {
    assertTrue(new StatusChange(status(1, 50, "2"), status(1, 100, "1")).none());
    assertFalse(new StatusChange(status(1, 50, "2"), status(2, 50, "2")).none());
  }

  @Test
  void changeOfCountsIsNotUrgent() {
    DropProbeStatus before = status(true, "Counting", "counting on 1 of 1");
    DropProbeStatus after = status(true, "Counting", "counting on 2 of 2");
    after.packets = new Packets();
    after.packets.lost = 5L;
    assertFalse(new StatusChange(before, after).urgent());
    assertEquals(List.of(), new StatusChange(before, after).conditionsToEmit());
  }

  @Test
  void changedConditionStatusIsUrgentAndEmitsEvent() {
    DropProbeStatus before = status(true, "Counting", "x");
    DropProbeStatus after = status(false, "NodesStale", "y");
    assertTrue(new StatusChange(before, after).urgent());
    assertEquals(
        List.of("NodesStale"),
        new StatusChange(before, after)
            .conditionsToEmit().stream().map(c -> c.getReason()).toList());
  }

  @Test
  void newGenerationIsUrgentByItself() {
    DropProbeStatus after = status(true, "Counting", "x");
    after.observedGeneration = 2L;
    assertTrue(new StatusChange(status(true, "Counting", "x"), after).urgent());
  }

  @Test
  void everyFieldIsEitherUrgentOrNot() throws ReflectiveOperationException {
    for (Field field : DropProbeStatus.class.getFields()) {
      String name = field.getName();
      assertTrue(URGENT.contains(name) || NOT_URGENT.contains(name), name + " is in neither set");
      DropProbeStatus after = new DropProbeStatus();
      field.set(after, anyValue(name, field.getType()));
      StatusChange change = new StatusChange(new DropProbeStatus(), after);
      assertEquals(URGENT.contains(name), change.urgent(), name);
    }
  }

  private static Object anyValue(String name, Class<?> type) throws ReflectiveOperationException {
    if (name.equals("conditions")) {
      return new ConditionSet(null, 1L, NOON).set("Ready", true, "Counting", "").list();
    }
    if (type == Retired.class) {
      Retired retired = new Retired();
      retired.nodes = 1;
      return retired;
    }
    return switch (type.getSimpleName()) {
      case "Long" -> 1L;
      case "Integer" -> 1;
      case "Boolean" -> true;
      case "String" -> "x";
      case "List" -> List.of();
      default -> type.getConstructor().newInstance();
    };
  }

  @Test
  void newProbeEmitsEventsOnlyForReadyAndTrueConditions() {
    DropProbeStatus after = new DropProbeStatus();
    after.conditions =
        new ConditionSet(null, 1L, NOON)
            .set("Ready", false, "NodesPending", "")
            .set("Degraded", false, "AllNodesWork", "")
            .set("Expired", false, "NoDuration", "")
            .list();
    assertEquals(
        List.of("NodesPending"),
        new StatusChange(new DropProbeStatus(), after)
            .conditionsToEmit().stream().map(c -> c.getReason()).toList());
  }

  @Test
  void transitionTimeChangesOnlyWithStatus() {
    var first = new ConditionSet(null, 1L, NOON).set("Ready", true, "Counting", "a").list();
    var second =
        new ConditionSet(first, 2L, NOON.plusSeconds(60))
            .set("Ready", true, "Inactive", "b")
            .list();
    assertEquals("2026-01-01T12:00:00Z", second.get(0).getLastTransitionTime());
    assertEquals(2L, second.get(0).getObservedGeneration());
    var third =
        new ConditionSet(second, 2L, NOON.plusSeconds(90)).set("Ready", false, "X", "c").list();
    assertEquals("2026-01-01T12:01:30Z", third.get(0).getLastTransitionTime());
  }

  @Test
  void failuresAreWarnings() {
    assertTrue(StatusChange.good(status(true, "Counting", "").conditions.get(0)));
    assertTrue(StatusChange.good(status(false, "NodesPending", "").conditions.get(0)));
    assertTrue(StatusChange.good(status(false, "Suspended", "").conditions.get(0)));
    assertFalse(StatusChange.good(status(false, "NodesStale", "").conditions.get(0)));
    var degraded = new ConditionSet(null, 1L, NOON).set("Degraded", true, "X", "").list().get(0);
    assertFalse(StatusChange.good(degraded));
  }

  @Test
  void specWithoutEffectEmitsEventWhenItAppears() {
    DropProbeStatus fine = status(true, "Counting", "");
    DropProbeStatus without = status(true, "Counting", "");
    without.problems = List.of(problem("BadSettings", 0), problem("SpecWithoutEffect", 1));
    DropProbeStatus moreNodes = status(true, "Counting", "");
    moreNodes.problems = List.of(problem("SpecWithoutEffect", 2));
    assertEquals(
        List.of(without.problems.get(1)), new StatusChange(fine, without).problemsToEmit());
    assertEquals(List.of(), new StatusChange(without, moreNodes).problemsToEmit());
    assertEquals(List.of(), new StatusChange(without, fine).problemsToEmit());
  }

  @Test
  void cpusNotCountedEmitsEventWhenItAppearsBesideSpecWithoutEffect() {
    DropProbeStatus without = status(true, "Counting", "");
    without.problems = List.of(problem("SpecWithoutEffect", 1));
    DropProbeStatus both = status(true, "Counting", "");
    both.problems = List.of(problem("CpusNotCounted", 2), problem("SpecWithoutEffect", 1));
    assertEquals(List.of(both.problems.get(0)), new StatusChange(without, both).problemsToEmit());
    assertEquals(List.of(), new StatusChange(both, without).problemsToEmit());
  }

  @Test
  void countsRestartOnceAfterUpgradeFromFirstModel() {
    DropProbeSpec spec = new DropProbeSpec();
    DropProbeStatus first = status(true, "Counting", "");
    first.series = Series.ofFirstModel(spec);
    DropProbeStatus now = status(true, "Counting", "");
    now.series = Series.of(spec, null);
    DropProbeStatus otherMatch = status(true, "Counting", "");
    otherMatch.series = "0123456789abcdef";
    assertTrue(new StatusChange(first, now).restartsCounts(spec));
    assertFalse(new StatusChange(now, now).restartsCounts(spec));
    assertFalse(new StatusChange(otherMatch, now).restartsCounts(spec), "the user has reset them");
    assertFalse(new StatusChange(new DropProbeStatus(), now).restartsCounts(spec));
  }

  private static Problem problem(String reason, int nodes) {
    Problem p = new Problem();
    p.reason = reason;
    p.nodes = nodes;
    return p;
  }

  private static DropProbeStatus status(boolean ready, String reason, String message) {
    DropProbeStatus s = new DropProbeStatus();
    s.observedGeneration = 1L;
    s.conditions = new ConditionSet(null, 1L, NOON).set("Ready", ready, reason, message).list();
    return s;
  }
}
