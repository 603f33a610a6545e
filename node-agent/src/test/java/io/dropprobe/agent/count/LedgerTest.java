// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.StageReading;
import io.dropprobe.agent.kernel.TestSnapshot;
import io.dropprobe.api.v1alpha1.Base;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ReasonCount;
import io.dropprobe.api.v1alpha1.StageCount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accounts over epochs, restarts and lost journals. */
class LedgerTest {
  private static final Stage STAGE = new Stage("kprobe", "ip_rcv", 8L, null, 1L);

  @TempDir Path dir;
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

  private static ProbeReport report(String epoch, long packets, long base) {
    ProbeReport r = new ProbeReport();
    r.name = "a";
    r.uid = "u1";
    r.series = "s";
    r.epoch = epoch;
    r.packets = packets;
    r.segments = packets;
    r.bytes = packets * 10;
    r.noise = 0L;
    r.unkeyed = 0L;
    r.base = new Base();
    r.base.packets = base;
    r.base.segments = base;
    r.base.bytes = base * 10;
    r.since = "2025-12-31T00:00:00Z";
    r.reasons = List.of(new ReasonCount("NO_SOCKET", packets, null, null));
    return r;
  }

  private void restart(ProbeReport... reported) {
    ledger = new Ledger(new Journal(dir.resolve("journal")), ReasonCatalog.load());
    ledger.load(ReportedAccounts.of(status(reported)));
  }

  private static ProbeSnapshot probe(String epoch, long packets) {
    return CountsTest.snapshot(
        epoch,
        packets == 0 ? List.of() : List.of(CountsTest.reason(2, "NO_SOCKET", packets, 5)),
        List.of());
  }

  private void record(String epoch, long packets) {
    ledger.record(probe(epoch, packets), "s", "n1", "");
    ledger.saveChanges();
  }

  private long total() {
    return ledger.find("u1", "s", "n1").orElseThrow().total().counters().packets();
  }

  private long base() {
    return ledger.find("u1", "s", "n1").orElseThrow().base().counters().packets();
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

    ledger.recordLast(probe("e2", 9));
    ledger.save();
    restart(report("e2", 55, 50));
    record("e3", 0);
    assertEquals(59, base());
  }

  /** The report's lists cover all epochs; the journal has lists of the earlier ones. */
  @Test
  void newerReportAddsNoDetailTwice() {
    StageReading earlier = new StageReading("ip_rcv", "kprobe", "ip_rcv", 40L, 40L, 1L);
    ledger.record(staged("e1", earlier), "s", "n1", "");
    ledger.record(staged("e2"), "s", "n1", "");
    ledger.saveChanges();

    ProbeReport r = report("e2", 57, 7);
    r.reasons =
        List.of(
            new ReasonCount("NO_SOCKET", 27L, null, null),
            new ReasonCount("NETFILTER_DROP", 30L, null, null));
    StageCount c = new StageCount();
    c.stage = "ip_rcv";
    c.via = StageCount.Via.Kprobe;
    c.symbol = "ip_rcv";
    c.packets = 100L;
    c.segments = 100L;
    c.missed = 1L;
    r.stages = List.of(c);
    restart(r);

    Counts total = ledger.find("u1", "s", "n1").orElseThrow().total();
    assertEquals(57, total.counters().packets());
    assertEquals(Map.of("NO_SOCKET", 27L, "NETFILTER_DROP", 30L), total.reasons());
    assertEquals(new Stage("kprobe", "ip_rcv", 100L, 100L, 1L), total.stages().get("ip_rcv"));
  }

  /** A report's list sums the rest up as other, which includes what the journal has by name. */
  @Test
  void countsUnderOtherAreNotAddedByName() {
    record("e1", 7);
    record("e2", 0);
    ProbeReport r = report("e2", 57, 7);
    r.reasons =
        List.of(
            new ReasonCount("NETFILTER_DROP", 40L, null, null),
            new ReasonCount("other", 17L, null, null));
    restart(r);
    assertEquals(
        Map.of("NO_SOCKET", 7L, "NETFILTER_DROP", 40L, "other", 10L),
        ledger.find("u1", "s", "n1").orElseThrow().total().reasons());
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
    assertEquals(61, ledger.find("u1", "s", "n1").orElseThrow().total().reasons().get("NO_SOCKET"));
  }

  @Test
  void otherSeriesStartsAtZero() {
    record("e1", 7);
    ledger.record(probe("e2", 1), "s2", "n1", "");
    assertTrue(ledger.find("u1", "s", "n1").isEmpty());
    assertEquals(1, ledger.find("u1", "s2", "n1").orElseThrow().total().counters().packets());
  }

  @Test
  void otherNodeStartsAtZero() {
    record("e1", 7);
    assertTrue(ledger.find("u1", "s", "n2").isEmpty());
    assertFalse(ledger.fits(probe("e1", 7), "s", "n2", ""));
    ledger.record(probe("e2", 1), "s", "n2", "");
    assertEquals(1, ledger.find("u1", "s", "n2").orElseThrow().total().counters().packets());
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
        .counted(probe(epoch, 7).reasons(), List.of())
        .stages(List.of(stages))
        .build();
  }

  private Map<String, Stage> stages() {
    return ledger.find("u1", "s", "n1").orElseThrow().total().stages();
  }

  @Test
  void sumsStagesOverEpochsAndKeepsLastHook() {
    ledger.record(
        staged(
            "e1",
            new StageReading("ip_rcv", "kprobe", "ip_rcv", 5L, 6L, 1L),
            new StageReading("tcp_v4_rcv", "none", null, null, null, null)),
        "s",
        "n1",
        "");
    assertEquals(new Stage("none", null, null, null, null), stages().get("tcp_v4_rcv"));
    // Traffic without drops is recorded, too.
    ledger.record(
        staged("e1", new StageReading("ip_rcv", "kprobe", "ip_rcv", 9L, 9L, 1L)), "s", "n1", "");
    ledger.record(
        staged("e2", new StageReading("ip_rcv", "ftrace", "ip_rcv_core", 2L, 3L, 0L)),
        "s",
        "n1",
        "");
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
    ledger.record(
        staged("e2", new StageReading("ip_rcv", "ftrace", "ip_rcv", 2L, null, 0L)), "s", "n1", "");
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
            new Counters(1L, 2L, 3L, 4L, 5L), null, Map.of("X", 1L), Map.of("f", 1L), Map.of());
    Counts current =
        new Counts(
            new Counters(6L, 7L, 8L, 9L, 10L),
            Instant.ofEpochSecond(11),
            Map.of("Y", 6L),
            Map.of("g", 6L),
            Map.of("ip_rcv", STAGE));
    Account a =
        new Account("u1", "s", "n1", "e", "ports=1", Instant.ofEpochSecond(12), base, current);
    Account b = new Account("u2", "s", "n1", null, null, null, Counts.ZERO, Counts.ZERO);
    Journal journal = new Journal(dir.resolve("deep/journal"));
    journal.save(List.of(a, b));
    assertEquals(List.of(a, b), journal.load());
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
    ledger.record(
        CountsTest.snapshot("e1", List.of(CountsTest.reason(2, "NO_SOCKET", 7, 6)), List.of()),
        "s",
        "n1",
        "");
    assertEquals(before, ledger.find("u1", "s", "n1").orElseThrow());
  }

  /** The schema requires no field of a list's entry, and the API's objects can be edited. */
  @Test
  void ignoresReportedEntriesWithoutName() {
    ProbeReport r = report("e1", 5, 0);
    r.reasons = List.of(new ReasonCount(), new ReasonCount("NO_SOCKET", 5L, null, null));
    r.locations = List.of(new LocationCount());
    r.stages = List.of(new StageCount());
    restart(r);
    Counts counts = ledger.find("u1", "s", "n1").orElseThrow().total();
    assertEquals(Map.of("NO_SOCKET", 5L), counts.reasons());
    assertEquals(Map.of(), counts.locations());
    assertEquals(Map.of(), counts.stages());
  }
}
