// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.schema.Limits;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionSetTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final String FIRST = "2026-01-01T12:00:00Z";
  private static final String LATER = "2026-01-01T12:01:00Z";

  @Test
  void transitionTimeChangesOnlyWithTheStatus() {
    List<Condition> before = new ConditionSet(null, 1L, NOON).set("Ready", true, "A", "a").list();
    assertEquals(FIRST, before.get(0).getLastTransitionTime());
    ConditionSet same = new ConditionSet(before, 2L, NOON.plusSeconds(60));
    assertEquals(FIRST, only(same.set("Ready", true, "B", "b")).getLastTransitionTime());
    ConditionSet other = new ConditionSet(before, 2L, NOON.plusSeconds(60));
    assertEquals(LATER, only(other.set("Ready", "Unknown", "B", "b")).getLastTransitionTime());
  }

  @Test
  void keepsOtherConditionsAsTheyWere() {
    List<Condition> before =
        new ConditionSet(null, 1L, NOON)
            .set("Ready", true, "A", "a")
            .set("Old", true, "A", "")
            .list();
    List<Condition> after =
        new ConditionSet(before, 2L, NOON).set("Ready", false, "B", "b").keepOthers().list();
    assertEquals(List.of("Ready", "Old"), after.stream().map(Condition::getType).toList());
    assertEquals(before.get(1), after.get(1));
  }

  @Test
  void truncatesMessages() {
    ConditionSet set = new ConditionSet(null, null, NOON);
    String message = only(set.set("Ready", true, "A", "x".repeat(2000))).getMessage();
    assertEquals("x".repeat(Limits.MESSAGE - 1) + "…", message);
  }

  private static Condition only(ConditionSet set) {
    assertEquals(1, set.list().size());
    return set.list().get(0);
  }
}
