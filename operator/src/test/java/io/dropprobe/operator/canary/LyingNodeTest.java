// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import static io.dropprobe.operator.canary.TrialWorld.KEY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A node can hold up a module for a day, and do nothing else to the others. */
class LyingNodeTest {
  private final TrialWorld world = new TrialWorld("a-liar", "b", "c");

  private static TrialKey invented(int i) {
    return new TrialKey("lie" + i, "builder", "6.12.0-test", "#1 SMP", KEY.hooks());
  }

  @Test
  void announcesAndDisappears() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.reports("a-liar", TrialPhase.Running);
    world.looks();
    world.looksFor(Duration.ofHours(24).plusMinutes(5));
    assertEquals(List.of("b"), world.named());
    world.survives("b");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void failsAgainAndAgain() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    for (int hour = 0; hour < 24; hour++) {
      world.crashes("a-liar");
      world.reports("a-liar", TrialPhase.Waiting);
      world.looks();
      world.passes(Duration.ofHours(1));
    }
    world.looks();
    assertEquals(List.of("b"), world.named());
    world.reports("a-liar", TrialPhase.Running);
    world.looks();
    assertEquals(List.of("a-liar", "b"), world.named(), "it takes no slot of the others");
    world.survives("b");
    assertEquals(State.PROVEN, world.entry().state());
  }

  /** A kubelet may delete its own Node, and create it again. */
  @Test
  void failsWithANewNodeEachTime() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    for (int i = 0; i < 12; i++) {
      world.annotates("a-liar", "ABC");
      world.reports("a-liar", TrialPhase.Waiting);
      world.looks();
      world.crashes("a-liar");
      world.passes(Duration.ofHours(2));
      world.recreates("a-liar");
    }
    assertEquals(1, world.entry().failures().size());
    world.reports("a-liar", TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("b"), world.named());
    world.cordons("b", true);
    world.looks();
    assertEquals(List.of("c"), world.named());
  }

  @Test
  void survivesWithoutBeingPicked() {
    world.node("0", Map.of());
    world.allReport(TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("0"), world.named());
    world.reports("a-liar", TrialPhase.Survived);
    world.looksFor(Duration.ofSeconds(110));
    assertEquals(State.TRYING, world.entry().state());
    assertEquals(List.of("0"), world.named());
  }

  @Test
  void survivesAtOnce() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    world.reports("a-liar", TrialPhase.Survived);
    world.looks();
    world.passes(Duration.ofSeconds(59));
    world.looks();
    assertEquals(State.TRYING, world.entry().state());
  }

  @Test
  void comesAndGoesWithoutKeepingTheModule() {
    world.allReport(TrialPhase.Waiting);
    world.looks();
    for (int i = 0; i < 10; i++) {
      world.reports("a-liar", TrialPhase.Running);
      world.looks();
      assertEquals(List.of(i < 2 ? "a-liar" : "b"), world.named());
      world.reports("a-liar", TrialPhase.Waiting);
      world.looks();
      assertEquals(List.of(i < 1 ? "a-liar" : "b"), world.named());
    }
    world.survives("b");
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void speaksOfTheKernelOfOthers() {
    world.boots("a-liar", "5.10.0");
    world.allReport(TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("b"), world.named());
  }

  /** A kubelet may annotate its own Node. */
  @Test
  void asksForARetryAndSaysNothing() {
    world.annotates("a-liar", "ABC");
    world.allReport(TrialPhase.Waiting);
    world.looks();
    assertEquals(List.of("a-liar"), world.named());
    world.passes(Duration.ofMinutes(2));
    world.looks();
    assertEquals(List.of("b"), world.named());
  }

  @Test
  void cyclesThroughModulesWithoutPushingOutTheOthers() {
    world.allReport(TrialPhase.Waiting);
    world.reportsNone("a-liar");
    world.looks();
    world.survives("b");
    world.reports("c", TrialPhase.Survived);
    TrialKey waited = KEY.with(Set.of());
    for (int i = 0; i < 500; i++) {
      world.reports("a-liar", invented(i), TrialPhase.Waiting);
      world.looks();
      world.reports("a-liar", invented(i), i % 2 == 0 ? TrialPhase.Crashed : TrialPhase.Survived);
      world.looks();
      world.passes(Duration.ofSeconds(60));
      world.looks();
    }
    assertTrue(world.board.entries().size() <= BoardSize.ENTRIES);
    assertEquals(State.PROVEN, world.entry().state());
    assertTrue(world.board.proof(waited).isPresent());
    world.reports(
        "c", new TrialKey("DEF", "b", KEY.release(), "#1", KEY.hooks()), TrialPhase.Waiting);
    world.looks();
    assertEquals(1, world.board.entries().stream().filter(t -> t.canaries().contains("c")).count());
  }

  /** Each write goes to every agent. */
  @Test
  void modulesThatANodeHasInventedAddLittleToTheOthers() {
    world.allReport(TrialPhase.Waiting);
    world.reportsNone("a-liar");
    world.looks();
    world.survives("b");
    long honest = BoardSize.bytes(world.board);
    for (int i = 0; i < 500; i++) {
      TrialKey key = new TrialKey("lie" + i, "b", KEY.release(), "\u00e9".repeat(256), KEY.hooks());
      world.reports("a-liar", key, TrialPhase.Waiting);
      world.looks();
      world.reports("a-liar", key, TrialPhase.Running);
      world.looks();
      world.reports("a-liar", key, TrialPhase.Crashed);
      world.looks();
      long claimed = BoardSize.bytes(TrialBoard.of(List.of(world.entry(key))));
      long bytes = BoardSize.bytes(world.board);
      assertTrue(bytes <= honest + claimed + 16 * 1024, () -> bytes + " bytes");
      assertTrue(world.board.entries().size() <= 2 + 32);
    }
    assertEquals(State.PROVEN, world.entry().state());
  }

  @Test
  void boardIsBoundedWhenEveryNodeInventsAModule() {
    Map<String, String> none = new HashMap<>();
    TrialWorld many = new TrialWorld();
    for (int i = 0; i < 5000; i++) {
      many.node("n" + i, none);
      many.reports(
          "n" + i,
          new TrialKey(
              "s".repeat(58) + i, "b".repeat(64), KEY.release(), "\u00e9".repeat(256), KEY.hooks()),
          TrialPhase.Waiting);
    }
    many.looks();
    many.looks();
    assertEquals(1, many.writes);
    assertTrue(many.board.entries().size() <= 128);
    long bytes =
        many.board.format().values().stream()
            .mapToLong(v -> v.getBytes(StandardCharsets.UTF_8).length)
            .sum();
    assertTrue(bytes <= 64 * 1024, () -> bytes + " bytes");
  }

  @Test
  void textsThatAreTooLongOrMissingOrNoWordsAreIgnored() {
    world.allReport(TrialPhase.Waiting);
    List<TrialKey> bad =
        new ArrayList<>(
            List.of(
                new TrialKey("s".repeat(65), "b", KEY.release(), "v", KEY.hooks()),
                new TrialKey("s", "b".repeat(65), KEY.release(), "v", KEY.hooks()),
                new TrialKey("s", "b", "r".repeat(129), "v", KEY.hooks()),
                new TrialKey("s", "b", KEY.release(), "v".repeat(1_000_000), KEY.hooks()),
                new TrialKey("$(reboot)", "b", KEY.release(), "v", KEY.hooks()),
                new TrialKey("ABC\n", "b", KEY.release(), "v", KEY.hooks()),
                new TrialKey("s", "b;c", KEY.release(), "v", KEY.hooks()),
                new TrialKey("", "b", KEY.release(), "v", KEY.hooks())));
    for (TrialKey key : bad) {
      world.reports("a-liar", key, TrialPhase.Waiting);
      world.looks();
      assertEquals(1, world.board.entries().size());
    }
    world.reports("a-liar", KEY, TrialPhase.Waiting);
    world.reports.get("a-liar").getStatus().module.trial.hooks = "drops,everything";
    world.looks();
    world.reports.get("a-liar").getStatus().module.trial.phase = null;
    world.looks();
    world.reports.get("a-liar").getStatus().kernel = null;
    world.looks();
    world.reports.get("a-liar").getStatus().module = null;
    world.looks();
    world.reports.get("a-liar").setStatus(null);
    world.looks();
    assertEquals(1, world.board.entries().size());
    assertEquals(List.of("b"), world.named());
  }
}
