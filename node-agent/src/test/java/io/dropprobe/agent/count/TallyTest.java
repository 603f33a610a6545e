// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.api.catalog.Catalog;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an account makes of the kernel's own counters. */
class TallyTest {
  static final String CATALOG =
      """
      reason    RULE
      class     Policy
      means     A rule.
      next      Look.

      reason    ACK
      function  rcv
      class     Unspecified
      means     Either.
      next      Look.

      reason    ACK
      function  rcv
      if-counter Drops
      class     Counted
      means     In the counter.
      next      Look.

      counter   Drops
      direction in
      class     Congestion
      means     All of them.
      next      Look.

      counter   Half
      direction in
      freed     FULL@queue
      class     Resource
      means     Some are freed.
      next      Look.

      counter   Race
      reason    RULE
      function  hook
      class     Resource
      means     A full table.
      next      Look.

      counter   tunnel_errors
      direction out
      class     Routing
      means     No way.
      next      Look.
      """;

  static final Set<String> NAMES = Set.of("Drops", "Half", "Race");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path dir;
  private final Map<String, Long> sums = new HashMap<>();
  private TestFrees frees = new TestFrees("e1");
  private long missing;
  private Ledger ledger;

  @BeforeEach
  void start() {
    ledger = new Ledger(new Journal(dir.resolve("journal")), n -> Judge.of(catalog(), n));
    ledger.know(ReasonNames.NONE, Interfaces.NONE, NOW);
    ledger.load(List.of());
  }

  private static Catalog catalog() {
    return Catalog.of(CATALOG);
  }

  private Netstat netstat() {
    return new Netstat(NAMES, Set.of("tunnel_errors"), sums, missing, 0, List.of());
  }

  private void pass() {
    ledger.record(frees.snapshot(), netstat(), "s", "n1", "", false);
  }

  private void passWithoutCounters() {
    ledger.record(frees.snapshot(), null, "s", "n1", "", false);
  }

  private Counts counts() {
    return ledger.find("u1", "s", "n1").orElseThrow().total();
  }

  private Map<String, Long> causes() {
    Map<String, Long> causes = new TreeMap<>();
    counts().causes().forEach((k, f) -> causes.put(k.name() + " " + k.effect(), f.packets()));
    return causes;
  }

  @Test
  void silentLossIsCountedOnePassLater() {
    pass();
    assertEquals(0, counts().counters().silent());
    sums.put("Drops", 5L);
    pass();
    assertEquals(0, counts().counters().lost(), "they may be freed until the next pass");
    sums.put("Drops", 7L);
    pass();
    assertEquals(5, counts().counters().lost());
    pass();
    assertEquals(7, counts().counters().lost());
    assertEquals(7, counts().counters().silent());
    assertEquals(NOW, counts().lastLoss());
    assertEquals(
        Map.of(
            new CauseKey("Drops", Effect.Lost, DropClass.Congestion, Direction.In),
            new Freed(7, Map.of())),
        counts().causes());
    assertEquals(Map.of(), counts().locations());
  }

  @Test
  void whatIsFreedTooIsCountedOnce() {
    pass();
    sums.put("Half", 10L);
    frees.free("FULL", "queue", 4);
    pass();
    pass();
    assertEquals(Map.of("FULL Unclear", 4L, "Half Lost", 6L), causes());
    frees.free("FULL", "queue", 9);
    pass();
    assertEquals(Map.of("FULL Unclear", 13L, "Half Lost", 6L), causes(), "it never goes down");
    sums.put("Half", 20L);
    pass();
    pass();
    assertEquals(Map.of("FULL Unclear", 13L, "Half Lost", 7L), causes());
  }

  /** A packet without a cell may have been freed anywhere. */
  @Test
  void whatIsFreedWithoutFunctionIsCountedOnce() {
    pass();
    sums.put("Half", 10L);
    frees.free("FULL", null, 4);
    pass();
    pass();
    assertEquals(6, counts().counters().silent());
  }

  @Test
  void freesThatCounterContainsAreSetAside() {
    pass();
    sums.put("Drops", 5L);
    frees.free("ACK", "rcv", 3);
    pass();
    pass();
    assertEquals(Map.of("ACK@rcv Noise", 3L, "Drops Lost", 5L), causes());
  }

  @Test
  void counterTellsFreesApart() {
    pass();
    sums.put("Race", 2L);
    frees.free("RULE", "hook", 10);
    frees.free("RULE", "elsewhere", 1);
    pass();
    assertEquals(Map.of("RULE Refused", 9L, "Race Lost", 2L), causes());
    assertEquals(0, counts().counters().silent());
    assertEquals("hook", counts().causes().get(raceKey()).location());
    frees.free("RULE", "hook", 10);
    pass();
    assertEquals(Map.of("RULE Refused", 19L, "Race Lost", 2L), causes());
  }

  private static CauseKey raceKey() {
    return new CauseKey("Race", Effect.Lost, DropClass.Resource, Direction.In);
  }

  /** A packet that was counted may be freed in the next pass, but not later. */
  @Test
  void counterExplainsNothingThatWasFreedMuchLater() {
    pass();
    sums.put("Race", 5L);
    pass();
    frees.free("RULE", "hook", 2);
    pass();
    assertEquals(Map.of("Race Lost", 2L), causes());
    frees.free("RULE", "hook", 9);
    pass();
    assertEquals(Map.of("Race Lost", 2L, "RULE Refused", 9L), causes());
  }

  @Test
  void freesWaitForTheCountersThatExplainThem() {
    pass();
    frees.free("RULE", "hook", 10).free("RULE", "elsewhere", 1);
    passWithoutCounters();
    assertEquals(Map.of("RULE Refused", 1L), causes());
    ledger.save();
    start();
    passWithoutCounters();
    assertEquals(Map.of("RULE Refused", 1L), causes());
    sums.put("Race", 4L);
    pass();
    assertEquals(Map.of("RULE Refused", 7L, "Race Lost", 4L), causes());
  }

  @Test
  void lastReadingTakesAll() {
    pass();
    sums.put("Drops", 5L);
    sums.put("Half", 5L);
    frees.free("FULL", "queue", 2);
    ledger.recordLast(frees.snapshot(), netstat());
    assertEquals(8, counts().counters().silent());
  }

  /** What is removed while the file is read may be missing in that read only. */
  @Test
  void sumThatMissesSomethingDoesNotBeginAnew() {
    pass();
    sums.put("Drops", 5L);
    pass();
    sums.put("Drops", 1L);
    pass();
    sums.put("Drops", 6L);
    pass();
    pass();
    assertEquals(6, counts().counters().silent());
  }

  @Test
  void probeWithoutCountersKnowsNoSilentLoss() {
    ledger.record(frees.free("ACK", "rcv", 3).snapshot(), Netstat.NONE, "s", "n1", "", false);
    assertNull(counts().counters().silent());
    assertEquals(Map.of("ACK@rcv Unclear", 3L), causes());
  }

  /** A counter that misses namespaces proves nothing by not having grown. */
  @Test
  void countersThatMissSomethingAreNotUsed() {
    pass();
    missing = 1;
    sums.put("Drops", 5L);
    frees.free("ACK", "rcv", 3);
    pass();
    pass();
    assertEquals(Map.of("ACK@rcv Unclear", 3L), causes());
    missing = 0;
    pass();
    sums.put("Drops", 6L);
    pass();
    pass();
    assertEquals(
        Map.of("ACK@rcv Unclear", 3L, "Drops Lost", 1L), causes(), "what was judged stays so");
    missing = 1;
    pass();
    missing = 0;
    pass();
    pass();
    assertEquals(1, counts().counters().silent(), "nothing is counted twice");
  }

  @Test
  void whatIsFreedTooWhileSomethingIsMissingIsNotSubtracted() {
    pass();
    missing = 1;
    sums.put("Half", 5L);
    frees.free("FULL", "queue", 5);
    pass();
    missing = 0;
    pass();
    sums.put("Half", 7L);
    pass();
    pass();
    assertEquals(2, counts().counters().silent());
  }

  /** Devices have their own memory, so what they count is known although namespaces are missing. */
  @Test
  void countersOfDevicesAreUsedWhereNamespacesAreMissing() {
    missing = 1;
    pass();
    assertNull(counts().counters().silent(), "of how many is not known");
    sums.put("tunnel_errors", 5L);
    pass();
    pass();
    assertEquals(Map.of("tunnel_errors Lost", 5L), causes());
  }

  @Test
  void nothingIsJudgedBeforeTheCountersAreRead() {
    frees.free("ACK", "rcv", 3);
    passWithoutCounters();
    assertEquals(0, counts().everything());
    pass();
    assertEquals(Map.of("ACK@rcv Noise", 3L), causes());
  }

  private Long traffic(Map<String, Long> counters, long missingNamespaces, boolean byNamespace) {
    Netstat read =
        new Netstat(NAMES, Set.of(), Map.copyOf(counters), missingNamespaces, 0, List.of());
    ledger.record(frees.snapshot(), read, "s", "n1", "", byNamespace);
    return counts().counters().traffic();
  }

  @Test
  void trafficIsNotKnownOfProbesThatMatchEverything() {
    assertNull(traffic(Map.of("IpInReceives", 1L), 0, false));
  }

  @Test
  void trafficIsKnownOfProbesThatMatchNamespaces() {
    assertEquals(10, traffic(Map.of("IpInReceives", 4L, "Ip6OutRequests", 6L), 0, true));
    assertEquals(30, traffic(Map.of("IpInReceives", 14L, "IpOutRequests", 16L), 0, true));
    ledger.save();
    start();
    assertEquals(31, traffic(Map.of("IpInReceives", 14L, "IpOutRequests", 17L), 0, true));
    frees = new TestFrees("e2");
    assertEquals(34, traffic(Map.of("IpInReceives", 3L), 0, true));
  }

  /** Or losses would be compared with less than they are part of. */
  @Test
  void trafficIsKnownOnlyIfItWasCountedAsLongAsTheLosses() {
    frees.free("ACK", "rcv", 1);
    assertEquals(10, traffic(Map.of("IpInReceives", 10L), 0, true));
    assertNull(traffic(Map.of("IpInReceives", 99L), 1, true), "some of it is missing");
    assertNull(traffic(Map.of("IpInReceives", 100L), 0, true));
    frees = new TestFrees("e2");
    assertNull(traffic(Map.of("IpInReceives", 3L), 0, true));
  }

  /** The journal of a version that knew less of the counters. */
  @Test
  void continuesOlderJournal() throws IOException {
    pass();
    sums.put("Drops", 5L);
    pass();
    ledger.save();
    Path journal = dir.resolve("journal");
    ObjectMapper json = new ObjectMapper();
    JsonNode tree = json.readTree(journal.toFile());
    for (JsonNode life : tree.findParents("tally")) {
      ObjectNode tally = (ObjectNode) life.get("tally");
      tally.remove("coverage");
      tally.remove("traffic");
      tally.putArray("names").add("Drops");
    }
    json.writeValue(journal.toFile(), tree);
    assertTrue(Files.readString(journal).contains("\"names\""));
    start();
    pass();
    sums.put("Drops", 8L);
    pass();
    pass();
    assertEquals(8, counts().counters().silent());
  }

  /** What is removed while the file is read is in the next reading only. */
  @Test
  void readingThatMissesSomethingAfterAGapAddsNothingOld() {
    pass();
    missing = 1;
    sums.put("Drops", 9L);
    pass();
    missing = 0;
    sums.put("Drops", 2L);
    pass();
    sums.put("Drops", 9L);
    pass();
    pass();
    assertEquals(0, counts().counters().silent());
  }

  @Test
  void countersSurviveRestart() {
    pass();
    sums.put("Drops", 5L);
    pass();
    ledger.save();
    start();
    pass();
    pass();
    assertEquals(5, counts().counters().silent());
  }

  @Test
  void nextEpochBeginsAnew() {
    pass();
    sums.put("Drops", 5L);
    pass();
    pass();
    frees = new TestFrees("e2");
    sums.put("Drops", 3L);
    pass();
    pass();
    assertEquals(8, counts().counters().silent());
  }

  /** An account of a version that did not know the counters, behind what was reported of it. */
  @Test
  void reportAheadOfJournalWithoutCountersIsNotCountedTwice() {
    ledger.record(
        frees.free("RULE", "elsewhere", 10).snapshot(), Netstat.NONE, "s", "n1", "", false);
    ledger.save();
    start();
    Account a = ledger.find("u1", "s", "n1").orElseThrow();
    Counts reported = a.total().with(a.total().counters().plus(Counters.only(Effect.Refused, 5)));
    Account ahead =
        new Account(
            "u1", "s", "n1", NOW, a.base(), a.base(), Account.Epoch.unread("e1", null), reported);
    ledger.load(List.of(ahead));
    frees.free("RULE", "elsewhere", 7);
    passWithoutCounters();
    pass();
    pass();
    assertEquals(17, counts().counters().refused());
  }
}
