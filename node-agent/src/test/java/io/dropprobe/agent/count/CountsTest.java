// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.Direction;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CountsTest {
  private static Counts counts(TestFrees frees) {
    return counts(frees, TestFrees.JUDGE);
  }

  private static Counts counts(TestFrees frees, Judge judge) {
    return CountsBuilder.plus(Counts.ZERO, frees.sums(), judge);
  }

  private static CauseKey key(String name, DropClass dropClass) {
    return new CauseKey(name, dropClass.effect(), dropClass, Direction.In);
  }

  @Test
  void effectsAddUpToFreedPackets() {
    Counts c =
        counts(
            new TestFrees("e1")
                .free("FULL", "f", 4)
                .free("CLOSED", "g", 5)
                .free("PURGE", "f", 6)
                .free("ODD", "h", 7)
                .free("FULL", null, 3));
    assertEquals(7, c.counters().lost());
    assertEquals(5, c.counters().refused());
    assertEquals(6, c.counters().noise());
    assertEquals(7, c.counters().unclear());
    assertEquals(25, c.everything());
    assertEquals(7, c.counters().segments(), "of lost packets only");
    assertEquals(70, c.counters().bytes());
    assertEquals(Instant.ofEpochSecond(5), c.lastLoss());
    assertEquals(Map.of("f", 4L, "g", 5L, "h", 7L), c.locations(), "without noise");
    assertEquals(4, c.causes().get(key("FULL", DropClass.Congestion)).packets());
    assertEquals("f", c.causes().get(key("FULL", DropClass.Congestion)).location());
  }

  @Test
  void onlyLossHasATime() {
    assertNull(counts(new TestFrees("e1").free("CLOSED", "g", 5)).lastLoss());
  }

  @Test
  void locationIsTheFunctionThatFreedMost() {
    TestFrees frees = new TestFrees("e1");
    for (int i = 0; i < 30; i++) {
      frees.free("FULL", "f%02d".formatted(i), 1 + (i == 3 ? 1 : 0));
    }
    Freed freed = counts(frees).causes().get(key("FULL", DropClass.Congestion));
    assertEquals(31, freed.packets());
    assertTrue(freed.functions().size() <= 8, "bounded");
  }

  /** Also if many others were seen before. */
  @Test
  void locationIsTheFunctionThatFreedMostThoughOthersCameFirst() {
    TestFrees first = new TestFrees("e1");
    for (int i = 0; i < 20; i++) {
      first.free("FULL", "f%02d".formatted(i), 1);
    }
    Counts c = counts(first);
    for (int i = 0; i < 3; i++) {
      TestFrees later = new TestFrees("e1").free("FULL", "late", 1000).free("FULL", "f21", 1);
      c = CountsBuilder.plus(c, later.sums(), TestFrees.JUDGE);
    }
    Freed freed = c.causes().get(key("FULL", DropClass.Congestion));
    assertEquals(3023, freed.packets());
    assertEquals("late", freed.location());
    assertTrue(freed.functions().size() <= 8, "bounded");
    long named = freed.functions().values().stream().mapToLong(n -> n).sum();
    assertTrue(named <= freed.packets(), named + " packets");
  }

  @Test
  void causeThatWasNamedStaysNamed() {
    Judge all = free -> new io.dropprobe.api.catalog.Cause(free.function(), DropClass.Congestion);
    TestFrees first = new TestFrees("e1").free("FULL", "first", 1);
    Counts c = CountsBuilder.plus(Counts.ZERO, first.sums(), all);
    TestFrees many = new TestFrees("e1");
    for (int i = 0; i < CountsBuilder.CAUSES + 50; i++) {
      many.free("FULL", "f" + i, 1);
    }
    c = CountsBuilder.plus(c, many.sums(), all);
    c = CountsBuilder.plus(c, first.sums(), all);
    assertEquals(2, c.causes().get(key("first", DropClass.Congestion)).packets());
    assertTrue(c.causes().size() <= CountsBuilder.CAUSES + 4, "" + c.causes().size());
    assertEquals(51, c.causes().get(CauseKey.other(Effect.Lost)).packets());
    assertEquals(c.counters().lost(), c.causes().values().stream().mapToLong(Freed::packets).sum());
    assertTrue(c.locations().size() <= CountsBuilder.LOCATIONS);
  }

  @Test
  void newerCountsAreTakenWhereNoEffectIsSmaller() {
    Counts reported = counts(new TestFrees("e1").free("FULL", "f", 4).free("ODD", "h", 2));
    Counts kernel =
        counts(new TestFrees("e1").free("FULL", "f", 6).free("ODD", "h", 2).free("CLOSED", "g", 1));
    assertEquals(kernel, CountsBuilder.grown(reported, kernel));
  }

  @Test
  void reportedCountsStayWhereAnotherCatalogueHasJudged() {
    TestFrees frees = new TestFrees("e1").free("FULL", "f", 4);
    Counts reported = counts(frees);
    frees.free("FULL", "f", 3).free("CLOSED", "g", 1);
    Judge other = TestFrees.judge(Map.of("FULL", DropClass.Copy));
    Counts grown = CountsBuilder.grown(reported, counts(frees, other));
    assertEquals(4, grown.counters().lost());
    assertEquals(0, grown.counters().noise());
    assertEquals(4, grown.counters().unclear());
    assertEquals(8, grown.everything());
    assertEquals(4, grown.causes().get(CauseKey.other(Effect.Unclear)).packets());
  }

  /** The lists of a report are cut; the packets of the rest may have a name here. */
  @Test
  void growthIsNamedWhereItIsKnownAndOtherwiseIsOther() {
    Counts journal = counts(new TestFrees("e1").free("FULL", "f", 4).free("MORE", "h", 2));
    Counts reported =
        new Counts(
            counts(new TestFrees("e1").free("FULL", "f", 9).free("ODD", "h", 8)).counters(),
            null,
            Map.of(
                key("FULL", DropClass.Congestion),
                new Freed(7, Map.of("f", 7L)),
                CauseKey.other(Effect.Lost),
                new Freed(2, Map.of())),
            Map.of("f", 9L),
            Map.of());
    Counts grown = CountsBuilder.grown(journal, reported);
    assertEquals(7, grown.causes().get(key("FULL", DropClass.Congestion)).packets());
    assertEquals(2, grown.causes().get(CauseKey.other(Effect.Lost)).packets());
    assertEquals(2, grown.causes().get(key("MORE", DropClass.Unspecified)).packets());
    assertEquals(6, grown.causes().get(CauseKey.other(Effect.Unclear)).packets());
    assertEquals(Map.of("f", 9L, "h", 2L), grown.locations());
  }
}
