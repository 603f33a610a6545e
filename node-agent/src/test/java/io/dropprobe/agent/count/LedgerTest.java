// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.agent.kernel.StageReading;
import io.dropprobe.agent.kernel.TestSnapshot;
import io.dropprobe.api.catalog.Cause;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.catalog.Free;
import io.dropprobe.api.v1alpha1.Base;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.Direction;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.StageCount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accounts over epochs, restarts and lost journals. */
class LedgerTest {
  private static final Stage STAGE = new Stage("kprobe", "ip_rcv", 8L, null, 1L);

  @TempDir Path dir;
  private Judge judge = TestFrees.JUDGE;
  private Ledger ledger;

  @BeforeEach
  void begin() {
    restart();
  }

  private static DropProbeNodeStatus status(ProbeReport... probes) {
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.nodeUID = "n1";
    s.probes = List.of(probes);
    return s;
  }

  private static ProbeReport report(String epoch, long refused, long base) {
    ProbeReport r = new ProbeReport();
    r.name = "a";
    r.uid = "u1";
    r.series = "s";
    r.epoch = epoch;
    r.assign(Counters.ZERO.with(null, null, 0L));
    r.refused = refused;
    r.base = new Base();
    r.base.assign(Counters.ZERO.with(null, null, 0L));
    r.base.refused = base;
    r.since = "2025-12-31T00:00:00Z";
    r.causes = List.of(cause("CLOSED", DropClass.ClosedPort, refused));
    return r;
  }

  private static NodeCause cause(String name, DropClass dropClass, long packets) {
    return new NodeCause(name, dropClass.effect(), dropClass, "f", packets, Direction.In);
  }

  private static Map<CauseKey, Long> causes(Counts counts) {
    return counts.causes().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().packets()));
  }

  private static CauseKey key(String name, DropClass dropClass) {
    return new CauseKey(name, dropClass.effect(), dropClass, Direction.In);
  }

  private static Function<ReasonNames, Judge> judges(Judge judge) {
    return names -> judge;
  }

  private void restart(ProbeReport... reported) {
    ledger = new Ledger(new Journal(dir.resolve("journal")), judges(judge));
    ledger.load(ReportedAccounts.of(status(reported)));
  }

  private static ProbeSnapshot probe(String epoch, long packets) {
    TestFrees frees = new TestFrees(epoch);
    return (packets == 0 ? frees : frees.free("CLOSED", "f", packets)).snapshot();
  }

  private void record(String epoch, long packets) {
    record(probe(epoch, packets), "");
  }

  private void record(ProbeSnapshot probe, String options) {
    ledger.record(probe, Netstat.NONE, "s", "n1", options, false);
    ledger.saveChanges();
  }

  /** A pass that does not read the kernel's own counters. */
  private void recordWithoutCounters(TestFrees frees) {
    ledger.record(frees.snapshot(), null, "s", "n1", "", false);
    ledger.saveChanges();
  }

  private Counts counts() {
    return ledger.find("u1", "s", "n1").orElseThrow().total();
  }

  private long total() {
    return counts().counters().refused();
  }

  private long base() {
    return ledger.find("u1", "s", "n1").orElseThrow().base().counters().refused();
  }

  @Test
  void newEpochMovesCountsToBase() {
    record("e1", 5);
    record("e1", 7);
    assertEquals(0, base());
    record("e2", 2);
    assertEquals(7, base());
    assertEquals(9, total());
  }

  private void recordFull(PacketCounters all, PacketCounters inCell) {
    List<ProbeSnapshot.Reason> reasons = List.of(new ProbeSnapshot.Reason(0, "FULL", all));
    List<ProbeSnapshot.Cell> cells = List.of(TestSnapshot.cell(0, "f+0x1", inCell));
    record(TestSnapshot.of("a", "u1").epoch("e1").counted(reasons, cells).build(), "");
  }

  /** Large packets are merged by their reason alone, while more small ones come. */
  @Test
  void bytesAndSegmentsDoNotDecreaseWhenCellsAreMerged() {
    judge =
        free ->
            free.function() == null
                ? new Cause(free.reason(), DropClass.Unspecified)
                : TestFrees.JUDGE.causeOf(free);
    restart();
    PacketCounters large = new PacketCounters(10, 400, 90_000, Instant.EPOCH);
    PacketCounters small = new PacketCounters(11, 11, 308, Instant.EPOCH);
    recordFull(large, large);
    recordFull(large.plus(small), small);
    Counters c = counts().counters();
    assertEquals(List.of(11L, 10L), List.of(c.lost(), c.unclear()));
    assertEquals(List.of(401L, 90_000L), List.of(c.segments(), c.bytes()));
  }

  /** Otherwise the API server would refuse every later report of the node. */
  @Test
  void largestNumbersOfAReportDoNotOverflow() {
    ProbeReport r = report("e1", Long.MAX_VALUE, 0);
    r.locations = List.of(new LocationCount("f", Long.MAX_VALUE));
    restart(r);
    record("e1", 5);
    record("e1", 7);
    assertEquals(Long.MAX_VALUE, total());
    assertEquals(Map.of("f", Long.MAX_VALUE), counts().locations());
    counts().causes().forEach((key, freed) -> assertTrue(freed.packets() >= 0, key.name()));
    counts()
        .causes()
        .forEach((k, freed) -> freed.functions().values().forEach(n -> assertTrue(n >= 0)));
  }

  @Test
  void restartReadsBaseOfEpochFromJournal() {
    record("e1", 7);
    record("e2", 2);
    restart();
    record("e2", 3);
    assertEquals(7, base());
    assertEquals(10, total());
  }

  @Test
  void rebootTakesNewerOfJournalAndReport() {
    record("e1", 7);
    // The journal was written when e1 began, so the report is newer.
    restart(report("e1", 50, 0));
    record("e2", 0);
    assertEquals(50, base());

    ledger.recordLast(probe("e2", 9), Netstat.NONE);
    ledger.save();
    restart(report("e2", 55, 50));
    record("e3", 0);
    assertEquals(59, base());
  }

  /** The report's lists cover all epochs; the journal has lists of the earlier ones. */
  @Test
  void newerReportAddsNoDetailTwice() {
    StageReading earlier = new StageReading("ip_rcv", "kprobe", "ip_rcv", 40L, 40L, 1L);
    record(staged("e1", earlier), "");
    record(staged("e2"), "");
    ledger.saveChanges();

    ProbeReport r = report("e2", 57, 7);
    r.causes =
        List.of(cause("CLOSED", DropClass.ClosedPort, 27), cause("ODD_RULE", DropClass.Policy, 30));
    StageCount c = new StageCount();
    c.stage = "ip_rcv";
    c.via = StageCount.Via.Kprobe;
    c.symbol = "ip_rcv";
    c.packets = 100L;
    c.segments = 100L;
    c.missed = 1L;
    r.stages = List.of(c);
    restart(r);

    Counts total = counts();
    assertEquals(57, total.counters().refused());
    assertEquals(
        Map.of(key("CLOSED", DropClass.ClosedPort), 27L, key("ODD_RULE", DropClass.Policy), 30L),
        causes(total));
    assertEquals(new Stage("kprobe", "ip_rcv", 100L, 100L, 1L), total.stages().get("ip_rcv"));
  }

  /** A report's list sums the rest up as other, which includes what the journal has by name. */
  @Test
  void countsUnderOtherAreNotAddedByName() {
    record("e1", 7);
    record("e2", 0);
    ProbeReport r = report("e2", 57, 7);
    r.causes =
        List.of(
            cause("ODD_RULE", DropClass.Policy, 40),
            new NodeCause("other", Effect.Refused, null, null, 17L, null));
    restart(r);
    assertEquals(
        Map.of(
            key("CLOSED", DropClass.ClosedPort),
            7L,
            key("ODD_RULE", DropClass.Policy),
            40L,
            CauseKey.other(Effect.Refused),
            10L),
        causes(counts()));
  }

  /** The agent was killed after its last report, whose lists are cut; the journal has the rest. */
  @Test
  void causesBeyondReportStayNamedAfterKill() {
    record(new TestFrees("e1").free("ODD", "f", 3).free("MORE", "g", 2).snapshot(), "");
    ledger.save();
    ProbeReport r = report("e1", 0, 0);
    r.unclear = 6L;
    r.causes =
        List.of(
            cause("ODD", DropClass.Unspecified, 4),
            new NodeCause("other", Effect.Unclear, null, null, 2L, null));
    r.locations = List.of(new LocationCount("f", 4L), new LocationCount("other", 2L));
    restart(r);
    record(new TestFrees("e1").free("ODD", "f", 4).free("MORE", "g", 2).snapshot(), "");
    assertEquals(
        Map.of(key("ODD", DropClass.Unspecified), 4L, key("MORE", DropClass.Unspecified), 2L),
        causes(counts()));
    assertEquals(Map.of("f", 4L, "g", 2L), counts().locations());
  }

  @Test
  void restartWithoutJournalReadsBaseFromReport() {
    restart(report("e2", 60, 50));
    record("e2", 12);
    assertEquals(62, total());
    assertEquals(50, base());
  }

  @Test
  void reportWithoutEpochIsAllBase() {
    restart(report(null, 60, 60));
    record("e3", 1);
    assertEquals(61, total());
    assertEquals(61, causes(counts()).get(key("CLOSED", DropClass.ClosedPort)));
  }

  @Test
  void otherSeriesStartsAtZero() {
    record("e1", 7);
    ledger.record(probe("e2", 1), Netstat.NONE, "s2", "n1", "", false);
    assertTrue(ledger.find("u1", "s", "n1").isEmpty());
    assertEquals(1, ledger.find("u1", "s2", "n1").orElseThrow().total().counters().refused());
  }

  @Test
  void otherNodeStartsAtZero() {
    record("e1", 7);
    assertTrue(ledger.find("u1", "s", "n2").isEmpty());
    assertFalse(ledger.fits(probe("e1", 7), "s", "n2", ""));
    ledger.record(probe("e2", 1), Netstat.NONE, "s", "n2", "", false);
    assertEquals(1, ledger.find("u1", "s", "n2").orElseThrow().total().counters().refused());
  }

  @Test
  void probeFitsSeriesAndOptionsItWasAddedFor() {
    record("e1", 7);
    assertTrue(ledger.fits(probe("e1", 8), "s", "n1", ""));
    assertFalse(ledger.fits(probe("e1", 8), "s2", "n1", ""));
    assertFalse(ledger.fits(probe("e1", 8), "s", "n1", "ports=1"));
  }

  @Test
  void unknownEpochFitsIfItHasCounted() {
    assertTrue(ledger.fits(probe("e9", 8), "s", "n1", ""));
    ProbeSnapshot idle = TestSnapshot.of("a", "u1").epoch("e9").active(false).since(null).build();
    assertFalse(ledger.fits(idle, "s", "n1", ""));
  }

  private static ProbeSnapshot tagged(String tag, boolean active) {
    return TestSnapshot.of("a", "u1").epoch("e9").active(active).since(null).tag(tag).build();
  }

  @Test
  void unknownEpochFitsByItsTag() {
    assertTrue(ledger.fits(tagged(Tag.of("s", "ports=1"), false), "s", "n1", "ports=1"));
    assertFalse(ledger.fits(tagged(Tag.of("s", "ports=1"), true), "s", "n1", "ports=2"));
    assertFalse(ledger.fits(tagged(Tag.of("s", "ports=1"), true), "s2", "n1", "ports=1"));
  }

  @Test
  void epochTakenOverByOtherNodeLeavesBase() {
    record("e1", 5);
    record("e2", 2);
    ledger.handedOver(probe("e1", 9));
    assertEquals(7, total());
    ledger.handedOver(probe("e2", 9));
    assertEquals(5, total());
    assertEquals(5, base());
    // If this node takes it back, the other node's counts in it come along.
    record("e2", 11);
    assertEquals(16, total());
  }

  private ProbeSnapshot staged(String epoch, StageReading... stages) {
    return TestSnapshot.of("a", "u1")
        .epoch(epoch)
        .counted(probe(epoch, 7).reasons(), probe(epoch, 7).cells())
        .stages(List.of(stages))
        .build();
  }

  private Map<String, Stage> stages() {
    return ledger.find("u1", "s", "n1").orElseThrow().total().stages();
  }

  @Test
  void sumsStagesOverEpochsAndKeepsLastHook() {
    record(
        staged(
            "e1",
            new StageReading("ip_rcv", "kprobe", "ip_rcv", 5L, 6L, 1L),
            new StageReading("tcp_v4_rcv", "none", null, null, null, null)),
        "");
    assertEquals(new Stage("none", null, null, null, null), stages().get("tcp_v4_rcv"));
    // Traffic without drops is recorded, too.
    record(staged("e1", new StageReading("ip_rcv", "kprobe", "ip_rcv", 9L, 9L, 1L)), "");
    record(staged("e2", new StageReading("ip_rcv", "ftrace", "ip_rcv_core", 2L, 3L, 0L)), "");
    assertEquals(new Stage("ftrace", "ip_rcv_core", 11L, 12L, 1L), stages().get("ip_rcv"));
    ledger.saveChanges();
    restart();
    assertEquals(11L, stages().get("ip_rcv").packets());
  }

  @Test
  void restoresStagesFromReportWhenDiskIsNew() {
    ProbeReport r = report(null, 7, 7);
    StageCount c = new StageCount();
    c.stage = "ip_rcv";
    c.via = StageCount.Via.Ftrace;
    c.packets = 40L;
    r.stages = List.of(c);
    restart(r);
    record(staged("e2", new StageReading("ip_rcv", "ftrace", "ip_rcv", 2L, null, 0L)), "");
    assertEquals(new Stage("ftrace", "ip_rcv", 42L, null, 0L), stages().get("ip_rcv"));
  }

  @Test
  void forgetsDeletedProbes() throws IOException {
    record("e1", 7);
    ledger.retain(Set.of("u2"));
    ledger.saveChanges();
    assertTrue(ledger.find("u1", "s", "n1").isEmpty());
    assertEquals(List.of(), new Journal(dir.resolve("journal")).load());
  }

  @Test
  void journalKeepsWholeAccount() throws IOException {
    Counts base =
        new Counts(
            new Counters(1L, 2L, 3L, 4L, null, null, 6L, 7L, 8L, null),
            null,
            Map.of(key("X", DropClass.Close), new Freed(4, Map.of())),
            Map.of("f", 1L),
            Map.of());
    Counts counted =
        new Counts(
            new Counters(11L, 12L, 13L, 14L, 9L, 15L, 16L, 17L, 18L, 19L),
            Instant.ofEpochSecond(11),
            Map.of(
                key("X", DropClass.Close),
                new Freed(14, Map.of("g", 9L)),
                CauseKey.other(Effect.Lost),
                new Freed(11, Map.of())),
            Map.of("g", 6L),
            Map.of("ip_rcv", STAGE));
    PacketCounters sum = new PacketCounters(5, 6, 70, null);
    Reading reading =
        new Reading(
            Map.of(
                new Key(new Free("X", "g", "fin", "group", "listen", "vif"), Direction.Out),
                sum,
                new Key(Free.ofReason("X"), Direction.Unknown),
                sum),
            new PacketCounters(9, 0, 0, null),
            Map.of(
                new Key(Free.ofReason("X"), Direction.Unknown),
                new PacketCounters(1, 2, 3, Instant.ofEpochSecond(4))));
    Tally tally =
        new Tally(
            new Coverage(Set.of("Full", "Odd"), 1, 2),
            Map.of("Full", new Tally.Seen(3, 2, 1)),
            new Tally.Seen(6, 5, 4));
    Account a =
        new Account(
            "u1",
            "s",
            "n1",
            Instant.ofEpochSecond(12),
            base,
            counted,
            new Account.Epoch("e", "ports=1", reading, tally),
            counted);
    Account b = Account.fresh("u2", "s", "n1");
    Journal journal = new Journal(dir.resolve("deep/journal"));
    journal.save(List.of(a, b));
    assertEquals(List.of(a, b), journal.load());
  }

  @Test
  void leavesOutJournalOfFirstModel() throws IOException {
    Files.writeString(
        dir.resolve("journal"),
        "{\"accounts\":[{\"uid\":\"u1\",\"series\":\"s\",\"nodeUid\":\"n1\",\"epoch\":\"e1\","
            + "\"options\":\"\",\"since\":1,\"base\":{\"packets\":1,\"reasons\":{}},"
            + "\"current\":{\"packets\":9}}]}");
    assertEquals(List.of(), new Journal(dir.resolve("journal")).load());
  }

  @Test
  void countsDespiteDamagedJournal() throws IOException {
    Files.writeString(dir.resolve("journal"), "{\"accounts\": [{\"uid");
    restart(report("e1", 60, 0));
    record("e2", 1);
    assertEquals(61, total());
  }

  @Test
  void readingIsNotWrittenToDisk() throws IOException {
    record("e1", 7);
    Files.delete(dir.resolve("journal"));
    record("e1", 8);
    record("e1", 9);
    assertFalse(Files.exists(dir.resolve("journal")));
  }

  @Test
  void jitteringTimeIsNotRecorded() {
    record("e1", 7);
    Account before = ledger.find("u1", "s", "n1").orElseThrow();
    record(new TestFrees("e1").free("CLOSED", "f", 7).snapshot(6), "");
    assertEquals(before, ledger.find("u1", "s", "n1").orElseThrow());
  }

  @Test
  void growthThatWaitsIsInNoNumberUntilTheCountersAreRead() {
    judge = TestFrees.waiting("ODD");
    restart();
    record("e1", 0);
    TestFrees frees = new TestFrees("e1").free("FULL", "f", 4).free("ODD", "g", 3);
    recordWithoutCounters(frees);
    assertEquals(4, counts().everything());
    frees.free("ODD", "g", 2);
    recordWithoutCounters(frees);
    assertEquals(4, counts().everything(), "two more wait");
    ledger.record(frees.snapshot(), Netstat.NONE, "s", "n1", "", false);
    assertEquals(9, counts().everything(), "although nothing was freed since");
    assertEquals(4, counts().counters().lost());
    assertEquals(5, counts().counters().unclear());
  }

  @Test
  void growthThatWaitsSurvivesRestartAndEndOfEpoch() {
    judge = TestFrees.waiting("ODD");
    restart();
    record("e1", 0);
    TestFrees frees = new TestFrees("e1").free("ODD", "g", 3);
    recordWithoutCounters(frees);
    ledger.save();
    restart();
    record("e2", 0);
    assertEquals(3, counts().everything());
    ledger.recordLast(
        new TestFrees("e2").free("FULL", "f", 1).free("ODD", "g", 5).snapshot(), Netstat.NONE);
    assertEquals(9, counts().everything(), "nothing waits when a probe is removed");
  }

  @Test
  void anotherCatalogueJudgesOnlyWhatIsNew() {
    TestFrees frees = new TestFrees("e1").free("FULL", "f", 4);
    record(frees.snapshot(), "");
    ledger.save();
    judge = TestFrees.judge(Map.of("FULL", DropClass.Copy));
    restart();
    record(frees.snapshot(), "");
    assertEquals(4, counts().counters().lost());
    record(frees.free("FULL", "f", 3).snapshot(), "");
    assertEquals(4, counts().counters().lost());
    assertEquals(3, counts().counters().noise());
  }

  @Test
  void lostJournalKeepsReportedEffectsUnderAnotherCatalogue() {
    ProbeReport r = report("e1", 0, 0);
    r.lost = 40L;
    r.causes = List.of(cause("FULL", DropClass.Congestion, 40));
    judge = TestFrees.judge(Map.of("FULL", DropClass.Copy));
    restart(r);
    assertEquals(40, counts().counters().lost(), "before the kernel is read");
    TestFrees frees = new TestFrees("e1").free("FULL", "f", 45);
    record(frees.snapshot(), "");
    assertEquals(40, counts().counters().lost());
    assertEquals(5, counts().counters().unclear());
    assertEquals(0, counts().counters().noise());
    record(frees.free("FULL", "f", 2).snapshot(), "");
    assertEquals(2, counts().counters().noise(), "later growth is judged");
  }

  @Test
  void lostJournalTakesKernelsCountsUnderSameCatalogue() {
    ProbeReport r = report("e1", 40, 0);
    restart(r);
    record(new TestFrees("e1").free("CLOSED", "f", 45).free("FULL", "g", 6).snapshot(), "");
    assertEquals(45, total());
    assertEquals(6, counts().counters().lost());
    assertEquals(0, counts().counters().unclear());
    assertEquals(45, causes(counts()).get(key("CLOSED", DropClass.ClosedPort)));
  }

  @Test
  void reportThatIsAheadOfJournalIsNotJudgedAgain() {
    record("e1", 7);
    judge = TestFrees.judge(Map.of("CLOSED", DropClass.Copy));
    restart(report("e1", 50, 0));
    record("e1", 52);
    assertEquals(50, total());
    assertEquals(2, counts().counters().unclear());
    assertEquals(52, counts().everything());
  }

  private void restartWithoutReport() {
    ledger = new Ledger(new Journal(dir.resolve("journal")), judges(judge));
    ledger.readJournal();
  }

  /** As if it had been read before the kernel. */
  @Test
  void reportThatIsReadAfterKernelIsNotJudgedAgain() {
    record("e1", 7);
    judge = TestFrees.judge(Map.of("CLOSED", DropClass.Copy));
    restartWithoutReport();
    ledger.recordAsAdded(probe("e1", 52), Netstat.NONE);
    assertEquals(7, total());
    assertEquals(45, counts().counters().noise());
    ledger.load(ReportedAccounts.of(status(report("e1", 50, 0))));
    record("e1", 52);
    assertEquals(50, total());
    assertEquals(52, counts().everything());
  }

  @Test
  void reportThatIsOlderThanJournalChangesNothing() {
    record("e1", 7);
    restartWithoutReport();
    ledger.recordAsAdded(probe("e1", 9), Netstat.NONE);
    Account before = ledger.find("u1", "n1").orElseThrow();
    ledger.load(ReportedAccounts.of(status(report("e1", 7, 0))));
    assertEquals(before, ledger.find("u1", "n1").orElseThrow());
  }

  @Test
  void onlyTheEpochOfTheJournalIsRecordedAsAdded() {
    record("e1", 7);
    restartWithoutReport();
    assertTrue(ledger.recordAsAdded(probe("e2", 9), Netstat.NONE).isEmpty());
    ProbeSnapshot changed =
        TestSnapshot.of("a", "u1").epoch("e1").tag(Tag.of("s", "ports=1")).build();
    assertTrue(ledger.recordAsAdded(changed, Netstat.NONE).isEmpty());
    assertTrue(ledger.recordAsAdded(probe("e1", 9), Netstat.NONE).isPresent());
    assertEquals(9, total());
  }

  @Test
  void ledgerThatWasNeverLoadedDoesNotReplaceJournal() throws IOException {
    record("e1", 7);
    new Ledger(new Journal(dir.resolve("journal")), judges(judge)).save();
    assertEquals(1, new Journal(dir.resolve("journal")).load().size());
  }

  @Test
  void reportWrittenWhileKernelWasUnreadableEndsNoEpoch() {
    record("e1", 7);
    restart(report(null, 9, 9));
    record("e1", 10);
    assertEquals(10, total());
  }

  @Test
  void countsUndecidedOnlyForProbeThatMatchesNamespaces() {
    record("e1", 7);
    assertNull(counts().counters().undecided());
    ledger.record(probe("e1", 7), null, "s", "n1", "", true);
    assertEquals(0, counts().counters().undecided());
  }

  /** The schema requires no field of a list's entry, and the API's objects can be edited. */
  @Test
  void ignoresReportedEntriesWithoutName() {
    ProbeReport r = report("e1", 5, 0);
    r.causes = List.of(new NodeCause(), cause("CLOSED", DropClass.ClosedPort, 5));
    r.locations = List.of(new LocationCount());
    r.stages = List.of(new StageCount());
    restart(r);
    assertEquals(Map.of(key("CLOSED", DropClass.ClosedPort), 5L), causes(counts()));
    assertEquals(Map.of(), counts().locations());
    assertEquals(Map.of(), counts().stages());
  }
}
