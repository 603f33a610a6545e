// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.KernelInfo;
import io.dropprobe.api.v1alpha1.ModuleInfo;
import io.dropprobe.api.v1alpha1.Trial;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrialBoardTest {
  private static final TrialKey DROPS =
      new TrialKey("ABC", "b1", "6.1.0-9", "#1 SMP", Set.of(Hook.DROPS));
  private static final TrialKey ALL = DROPS.with(Set.of(Hook.DROPS, Hook.STAGES));

  private static TrialEntry entry(TrialKey key, TrialEntry.State state, String... canaries) {
    return new TrialEntry(
        key,
        state,
        List.of(canaries),
        List.of(),
        List.of(new TrialEntry.Failure("n9", "u9", "rebooted", "2026-01-01T00:00:00Z")),
        7,
        "2026-01-01T00:00:00Z");
  }

  @Test
  void boardIsTheSameAfterItWasWrittenAndRead() {
    TrialBoard board =
        TrialBoard.of(
            List.of(
                entry(DROPS, TrialEntry.State.PROVEN),
                entry(ALL, TrialEntry.State.TRYING, "n1"),
                TrialEntry.begun(DROPS.with(Set.of()), List.of(), "2026-01-01T00:00:00Z")));

    assertEquals(board, TrialBoard.parse(board.format()));
    assertEquals(3, board.entries().size());
  }

  @Test
  void proofWithMoreHooksCoversFewer() {
    TrialBoard board = TrialBoard.of(List.of(entry(ALL, TrialEntry.State.PROVEN)));

    assertTrue(board.proof(DROPS).isPresent());
    assertTrue(board.proof(ALL).isPresent());
    assertFalse(board.proof(new TrialKey("DEF", "b1", "6.1.0-9", "#1 SMP", Set.of())).isPresent());
  }

  @Test
  void proofWithFewerHooksDoesNotCoverMore() {
    TrialBoard board = TrialBoard.of(List.of(entry(DROPS, TrialEntry.State.PROVEN)));

    assertFalse(board.proof(ALL).isPresent());
  }

  @Test
  void stoppedModuleIsNotProvenAndHasNoCanary() {
    TrialEntry stopped = entry(DROPS, TrialEntry.State.STOPPED, "n1");

    assertFalse(stopped.proves(DROPS));
    assertFalse(stopped.isCanary("n1", DROPS));
  }

  @Test
  void onlyTheNamedNodeIsACanary() {
    TrialEntry trying = entry(DROPS, TrialEntry.State.TRYING, "n1");

    assertTrue(trying.isCanary("n1", DROPS));
    assertFalse(trying.isCanary("n2", DROPS));
    assertFalse(trying.isCanary("n1", ALL));
  }

  @Test
  void entryThatCannotBeReadProvesNothingAndHurtsNoOther() {
    Map<String, String> data =
        new HashMap<>(TrialBoard.of(List.of(entry(DROPS, TrialEntry.State.PROVEN))).format());
    String good = data.values().iterator().next();
    data.put("0123456789abcdef", good); // the name of another key
    data.put("a", "{");
    data.put("b", "null");
    data.put("c", "{}");
    data.put("d", "{\"key\":{\"hooks\":[\"NEW\"]},\"state\":\"PROVEN\"}");
    data.put("e", "[1,2]");

    assertEquals(1, TrialBoard.parse(data).entries().size());
    assertEquals(TrialBoard.EMPTY, TrialBoard.parse(null));
  }

  /** An older operator has written it, or a newer one. */
  @Test
  void entryOfAnotherVersionIsRead() {
    String name = DROPS.digest();
    String text = TrialBoard.of(List.of(entry(DROPS, TrialEntry.State.PROVEN))).format().get(name);
    assertFalse(text.contains("retried"), text);
    String newer = text.replace("\"state\"", "\"retried\":[\"n1\"],\"unknown\":[1],\"state\"");

    assertEquals(List.of(), TrialBoard.parse(Map.of(name, text)).find(DROPS).get().retried());
    assertEquals(List.of("n1"), TrialBoard.parse(Map.of(name, newer)).find(DROPS).get().retried());
  }

  @Test
  void everyPartOfAKeyMakesAnother() {
    for (TrialKey other :
        List.of(
            new TrialKey("ABD", "b1", "6.1.0-9", "#1 SMP", Set.of(Hook.DROPS)),
            new TrialKey("ABC", "b2", "6.1.0-9", "#1 SMP", Set.of(Hook.DROPS)),
            new TrialKey("ABC", "b1", "6.1.0-8", "#1 SMP", Set.of(Hook.DROPS)),
            new TrialKey("ABC", "b1", "6.1.0-9", "#2 SMP", Set.of(Hook.DROPS)),
            ALL)) {
      assertNotEquals(DROPS.digest(), other.digest());
    }
  }

  @Test
  void keyIsReadFromAReport() {
    DropProbeNodeStatus report = new DropProbeNodeStatus();
    assertEquals(Optional.empty(), TrialKey.of(report));

    report.module = new ModuleInfo();
    report.module.trial = new Trial();
    report.module.trial.srcversion = "ABC";
    report.module.trial.builder = "b1";
    report.module.trial.hooks = "drops,stages";
    assertEquals(Optional.empty(), TrialKey.of(report));

    report.kernel = new KernelInfo();
    report.kernel.release = "6.1.0-9";
    report.kernel.version = "#1 SMP";
    assertEquals(Optional.of(ALL), TrialKey.of(report));

    report.module.trial.hooks = "drops,later";
    assertEquals(Optional.empty(), TrialKey.of(report));
  }

  @Test
  void hooksAreWrittenAndRead() {
    assertEquals("load", Hook.format(Set.of()));
    assertEquals("drops,stages", Hook.format(Set.of(Hook.STAGES, Hook.DROPS)));
    assertEquals(Optional.of(Set.of()), Hook.parse("load"));
    assertEquals(Optional.of(Set.of(Hook.DROPS)), Hook.parse("drops"));
    assertEquals(Optional.empty(), Hook.parse(""));
    assertEquals(Optional.empty(), Hook.parse(null));
  }
}
