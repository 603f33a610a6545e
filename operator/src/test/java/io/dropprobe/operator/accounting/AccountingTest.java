package io.dropprobe.operator.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.Limits;
import io.dropprobe.api.v1alpha1.Base;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Retired;
import io.dropprobe.operator.testing.Reports;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The rules by which the reports of nodes are summed up, one by one. */
class AccountingTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @Test
  void aProbeIsKnownByItsUidNotByItsName() {
    DropProbeNode node = node("a", NOON, "boot-a", p -> p.packets = 5L);
    assertEquals(1, Share.of(List.of(node), AccountingTest::bootId, "u", "s").size());
    assertEquals(0, Share.of(List.of(node), AccountingTest::bootId, "another", "s").size());
  }

  @Test
  void numbersOfAnotherSeriesDoNotCount() {
    DropProbeNode node =
        node(
            "a",
            NOON,
            "boot-a",
            p -> {
              p.packets = 5L;
              p.series = "old";
            });
    assertEquals(0, Share.of(List.of(node), AccountingTest::bootId, "u", "new").size());
    assertEquals(5, sum(Share.of(List.of(node), AccountingTest::bootId, "u", "old")));
  }

  @Test
  void twoKernelsAddUpThoughTheirEpochsAreEqual() {
    assertEquals(
        12,
        sum(
            shares(
                node("a", NOON, "boot-a", p -> p.packets = 5L),
                node("b", NOON, "boot-b", p -> p.packets = 7L))));
  }

  @Test
  void oneKernelSeenTwiceCountsOnceAndTheNewestSampleIsIt() {
    List<Share> shares =
        shares(
            node("a", NOON, "boot", p -> p.packets = 5L),
            node("b", NOON.plusSeconds(1), "boot", p -> p.packets = 7L),
            node("c", NOON.minusSeconds(1), "boot", p -> p.packets = 4L));
    assertEquals(7, sum(shares));
    assertEquals(
        List.of("b"),
        Contribution.of(shares).stream()
            .filter(Contribution::whole)
            .map(c -> c.share().node())
            .toList());
  }

  @Test
  void ofTwoSamplesOfOneMomentTheLargerIsTheNewer() {
    assertEquals(
        7,
        sum(
            shares(
                node("a", NOON, "boot", p -> p.packets = 7L),
                node("b", NOON, "boot", p -> p.packets = 5L))));
  }

  @Test
  void reportWithALaterTimeDoesNotHideALargerCount() {
    List<Share> shares =
        shares(
            node("a", NOON, "boot", p -> p.packets = 1000L),
            node("b", NOON.plusSeconds(86_400), "boot", p -> p.packets = 0L));
    assertEquals(1000, sum(shares));
  }

  /** An agent of another version may call noise what this one calls drops. */
  @Test
  void largerCountIsTheOneOfDropsAndNoise() {
    List<Share> shares =
        shares(
            node("a", NOON, "boot", p -> p.packets = 1000L),
            node(
                "b",
                NOON,
                "boot",
                p -> {
                  p.packets = 60L;
                  p.noise = 950L;
                }));
    assertEquals(60, sum(shares));
  }

  @Test
  void reportWithAnotherNodesBootIdDoesNotHideItsCount() {
    List<Share> shares =
        Share.of(
            List.of(
                node("a", NOON, "boot-a", p -> p.packets = 1000L),
                node("b", NOON.plusSeconds(1), "boot-a", p -> p.packets = 1001L)),
            r -> "boot-" + r.getMetadata().getName(),
            "u",
            "s");
    assertEquals(2001, sum(shares), "the kernel of b is its own: it can only add to its own count");
  }

  @Test
  void deletedNodesReportDoesNotHideTheCountOfOneWhoseKernelIsConfirmed() {
    List<Share> shares =
        Share.of(
            List.of(
                node("a", NOON, "boot-a", p -> p.packets = 1000L),
                node("b", NOON, "boot-a", p -> base(p, 2000L, 3L))),
            r -> r.getMetadata().getName().equals("a") ? "boot-a" : null,
            "u",
            "s");
    assertEquals(1003, sum(shares));
    Retired folded =
        Retirement.fold(
            null, shares, s -> s.node().equals("b"), s -> false, Set.of("report-a", "report-b"));
    assertEquals(3, folded.packets);
    assertEquals(1000, sum(Retirement.rest(shares, folded)));
  }

  @Test
  void nodeOfAnotherKernelDoesNotHoldUpFolding() {
    DropProbeNode gone = node("a", NOON, "boot-a", p -> p.packets = 100L);
    DropProbeNode other = node("b", NOON, "boot-a", AccountingTest::waitsForA);
    List<Share> shares =
        Share.of(
            List.of(gone, other),
            r -> r.getMetadata().getName().equals("b") ? "boot-b" : null,
            "u",
            "s");
    Retired folded =
        Retirement.fold(
            null, shares, s -> s.node().equals("a"), s -> false, Set.of("report-a", "report-b"));
    assertEquals(100, folded.packets);
  }

  @Test
  void reportThatNamesAnotherNodesUidDoesNotHideItsCount() {
    DropProbeNode liar = node("b", NOON, "boot-b", p -> p.packets = 0L);
    liar.getStatus().nodeUID = "a-uid";
    DropProbeNode good = node("a", NOON, "boot-a", p -> p.packets = 1000L);
    good.getStatus().nodeUID = "a-uid";
    List<Share> shares = shares(good, liar);
    Retired folded =
        Retirement.fold(
            null,
            shares,
            s -> s.node().equals("b"),
            s -> false,
            Set.of(Share.owner(good), Share.owner(liar)));
    assertEquals(1000, sum(Retirement.rest(shares, folded)));
  }

  @Test
  void countsOfEarlierNodesAreFoldedInOnceAndTheReportGoesOn() {
    DropProbeNode report = node("a", NOON, "boot-a", p -> p.packets = 2L);
    report.getStatus().nodeUID = "second";
    Predecessor earlier = new Predecessor();
    earlier.nodeUID = "first";
    earlier.bootID = "boot-first";
    earlier.probes = node("a", NOON, "boot-first", p -> p.packets = 1000L).getStatus().probes;
    report.getStatus().predecessors = List.of(earlier);
    List<Share> shares = shares(report);
    assertEquals(1002, sum(shares));
    Predicate<Share> gone = s -> s.owner().endsWith("first");
    Set<String> owners = Set.of("report-a/first", "report-a/second");
    Retired once = Retirement.fold(null, shares, gone, s -> false, owners);
    Retired twice = Retirement.fold(once, shares, gone, s -> false, owners);
    assertEquals(1000, twice.packets);
    assertEquals(List.of("report-a/first"), twice.folded);
    assertEquals(2, sum(Retirement.rest(shares, twice)));
  }

  /**
   * A report is deleted when every probe has folded it in, and each has room for some at a time.
   */
  @Test
  void probesFoldTheSameNodesFirstWhateverTheyCounted() {
    DropProbeNode[] gone = new DropProbeNode[Limits.FOLDED * 2];
    for (int i = 0; i < gone.length; i++) {
      long rising = i;
      gone[i] = node("n%03d".formatted(i), NOON, "boot-%03d".formatted(i), p -> p.packets = rising);
    }
    Set<String> owners = new HashSet<>();
    shares(gone).forEach(s -> owners.add(s.owner()));
    Retired up = Retirement.fold(null, goneShares(gone), s -> true, s -> false, owners);
    for (int i = 0; i < gone.length; i++) {
      gone[i].getStatus().probes.get(0).packets = (long) gone.length - i;
    }
    Retired down = Retirement.fold(null, goneShares(gone), s -> true, s -> false, owners);
    assertEquals(up.folded, down.folded);
  }

  @Test
  void asksOnlyForAsManyNodesAsThereIsRoomFor() {
    DropProbeNode[] gone = new DropProbeNode[Limits.FOLDED * 2];
    Set<String> owners = new HashSet<>();
    for (int i = 0; i < gone.length; i++) {
      gone[i] = node("n%03d".formatted(i), NOON, "boot-%03d".formatted(i), p -> p.packets = 1L);
      owners.add(Share.owner(gone[i]));
    }
    AtomicInteger asked = new AtomicInteger();
    Predicate<Share> ask = s -> asked.incrementAndGet() > 0;
    Retired full = Retirement.fold(null, goneShares(gone), ask, s -> false, owners);
    assertEquals(Limits.FOLDED, asked.getAndSet(0));
    Retirement.fold(full, goneShares(gone), ask, s -> false, owners);
    assertEquals(0, asked.get());
  }

  /** Else it takes the place of the other's count, and reports another one then. */
  @Test
  void deletedNodesOfOneKernelAreFoldedInOnePassOrNotAtAll() {
    DropProbeNode victim = node("victim", NOON, "boot-v", p -> p.packets = 1000L);
    DropProbeNode evil = node("evil", NOON, "boot-v", p -> p.packets = 1001L);
    List<Share> shares = goneShares(victim, evil);
    Retired full = new Retired();
    full.packets = 0L;
    full.nodes = Limits.FOLDED - 1;
    full.folded = new ArrayList<>();
    Set<String> owners = new HashSet<>(Set.of("report-victim", "report-evil"));
    for (int i = 1; i < Limits.FOLDED; i++) {
      full.folded.add("other-" + i);
      owners.add("other-" + i);
    }
    Retired waits = Retirement.fold(full, shares, s -> true, s -> false, owners);
    assertEquals(full.folded, waits.folded);
    Retired both =
        Retirement.fold(
            full, shares, s -> true, s -> false, Set.of("report-victim", "report-evil"));
    assertEquals(1001, both.packets);
    assertEquals(List.of("report-victim", "report-evil"), both.folded);
  }

  @Test
  void whoseReportIsStaleIsNotAwaited() {
    DropProbeNode owner = node("a", NOON, "boot", p -> p.packets = 100L);
    DropProbeNode other = node("b", NOON, "boot", AccountingTest::waitsForA);
    Predicate<Share> goneA = s -> s.node().equals("a");
    Set<String> owners = Set.of("report-a", "report-b");
    assertEquals(
        List.of(), Retirement.fold(null, shares(owner, other), goneA, s -> false, owners).folded);
    assertEquals(
        List.of("report-a"),
        Retirement.fold(null, shares(owner, other), goneA, goneA, owners).folded);
  }

  @Test
  void carriedCountsLeaveHalfOfTheRoomToDeletedNodes() {
    List<DropProbeNode> all = new ArrayList<>();
    Set<String> owners = new HashSet<>();
    for (int i = 0; i < Limits.FOLDED; i++) {
      DropProbeNode live = node("live%03d".formatted(i), NOON, "boot-" + i, p -> p.packets = 1L);
      live.getStatus().nodeUID = "now";
      Predecessor earlier = new Predecessor();
      earlier.nodeUID = "earlier";
      earlier.probes = node("x", NOON, "b", p -> p.packets = 1L).getStatus().probes;
      live.getStatus().predecessors = List.of(earlier);
      all.add(live);
      owners.add(Share.owner(live));
      owners.add("report-live%03d/earlier".formatted(i));
    }
    all.add(node("z", NOON, "z", p -> p.packets = 7L));
    owners.add("report-z");
    List<Share> shares = shares(all.toArray(DropProbeNode[]::new));
    Predicate<Share> gone = s -> s.carried() || s.node().equals("z");
    Retired after = Retirement.fold(null, shares, gone, s -> false, owners);
    assertEquals(Limits.FOLDED / 2 + 1, after.folded.size());
    assertTrue(after.folded.contains("report-z"));
  }

  /** No Node says anything of their kernels. */
  private static List<Share> goneShares(DropProbeNode... nodes) {
    return Share.of(List.of(nodes), r -> null, "u", "s");
  }

  @Test
  void anotherEpochOfTheSameKernelIsAnotherRun() {
    assertEquals(
        12,
        sum(
            shares(
                node("a", NOON, "boot", p -> p.packets = 5L),
                node(
                    "b",
                    NOON,
                    "boot",
                    p -> {
                      p.packets = 7L;
                      p.epoch = "e2";
                    }))));
  }

  @Test
  void whatNodesOfOneKernelHadBeforeItAddsUp() {
    assertEquals(
        20 + 3,
        sum(
            shares(
                node("a", NOON.minusSeconds(5), "boot", p -> base(p, 19L, 3L)),
                node("b", NOON, "boot", p -> base(p, 20L, 4L)))));
  }

  @Test
  void aNodeWithoutEpochOrBootIdStandsForItself() {
    assertEquals(
        9,
        sum(
            shares(
                node("a", NOON, null, p -> p.packets = 4L),
                node(
                    "b",
                    NOON,
                    "boot",
                    p -> {
                      p.packets = 5L;
                      p.epoch = null;
                    }))));
  }

  @Test
  void nothingReportedIsUnknownAndNotZero() {
    assertNull(total(shares(node("a", NOON, "boot", p -> {}))).packets());
    assertEquals(0L, total(shares(node("a", NOON, "boot", p -> p.packets = 0L))).packets());
  }

  @Test
  void segmentsAreUnknownWhenTheyAreOfSomePackets() {
    DropProbeNode with =
        node(
            "a",
            NOON,
            "boot-a",
            p -> {
              p.packets = 5L;
              p.segments = 9L;
            });
    assertEquals(9L, total(shares(with)).segments());
    assertNull(total(shares(with, node("b", NOON, "boot-b", p -> p.packets = 1L))).segments());
    assertEquals(
        9L, total(shares(with, node("b", NOON, "boot-b", p -> p.packets = 0L))).segments());
  }

  @Test
  void aGoneNodeIsFoldedInOnce() {
    List<Share> shares =
        shares(
            node("a", NOON, "boot-a", p -> p.packets = 5L),
            node("b", NOON, "boot-b", p -> p.packets = 7L));
    Set<String> reports = Set.of("report-a", "report-b");
    Retired once = Retirement.fold(null, shares, s -> s.node().equals("a"), s -> false, reports);
    assertEquals(5L, once.packets);
    assertEquals(1, once.nodes);
    assertEquals(List.of("report-a"), once.folded);
    Retired twice = Retirement.fold(once, shares, s -> s.node().equals("a"), s -> false, reports);
    assertEquals(5L, twice.packets);
    assertEquals(1, twice.nodes);
    assertEquals(12, twice.packets + sum(Retirement.rest(shares, twice)));
  }

  @Test
  void aNodeThatCameBackCountsThoughItWritesIntoTheReportOfTheOneThatIsFoldedIn() {
    DropProbeNode report = node("a", NOON, "boot-a", p -> p.packets = 5L);
    report.getStatus().nodeUID = "first";
    Retired folded =
        Retirement.fold(null, shares(report), s -> true, s -> false, Set.of(Share.owner(report)));
    assertEquals(List.of("report-a/first"), folded.folded);

    report.getStatus().nodeUID = "second";
    report.getStatus().probes.get(0).packets = 2L;
    Retired after =
        Retirement.fold(
            folded, shares(report), s -> false, s -> false, Set.of(Share.owner(report)));
    assertNull(after.folded.stream().findAny().orElse(null));
    assertEquals(5 + 2, after.packets + sum(Retirement.rest(shares(report), after)));
    Retired again =
        Retirement.fold(after, shares(report), s -> true, s -> false, Set.of("report-a/second"));
    assertEquals(5 + 2, again.packets, "and is folded in when it goes too");
  }

  /** The counts go on in that kernel, and come with the whole epoch when the other takes over. */
  @Test
  void anOwnerThatIsGoneWaitsForTheNodeThatSharesItsKernel() {
    DropProbeNode owner = node("a", NOON, "boot", p -> p.packets = 100L);
    DropProbeNode other =
        node(
            "b",
            NOON,
            "boot",
            p -> {
              waitsForA(p);
              p.packets = 0L;
            });
    Set<String> reports = Set.of("report-a", "report-b");
    Predicate<Share> goneA = s -> s.node().equals("a");
    Retired waiting = Retirement.fold(null, shares(owner, other), goneA, s -> false, reports);
    assertEquals(List.of(), waiting.folded);
    assertEquals(100, sum(Retirement.rest(shares(owner, other), waiting)));

    DropProbeNode taken = node("b", NOON.plusSeconds(90), "boot", p -> p.packets = 130L);
    Retired after = Retirement.fold(waiting, shares(owner, taken), goneA, s -> false, reports);
    assertEquals(List.of("report-a"), after.folded);
    assertEquals(
        130, after.packets + sum(Retirement.rest(shares(owner, taken), after)), "and not 230");

    Retired both = Retirement.fold(null, shares(owner, other), s -> true, s -> false, reports);
    assertEquals(List.of("report-b", "report-a"), both.folded, "nobody is left to wait for");
    assertEquals(100L, both.packets);
  }

  @Test
  void theRecordIsKeptUntilTheReportIsDeletedAndNoLonger() {
    Retired before = new Retired();
    before.packets = 5L;
    before.nodes = 1;
    before.folded = List.of("report-a", "report-b");
    Retired after = Retirement.fold(before, List.of(), s -> false, s -> false, Set.of("report-b"));
    assertEquals(List.of("report-b"), after.folded);
    assertEquals(5L, after.packets);
    assertEquals(List.of("report-a", "report-b"), before.folded, "the old status is not changed");
  }

  @Test
  void aLargeScaleDownIsFoldedInSeveralPasses() {
    int nodes = Limits.FOLDED * 2 + 3;
    DropProbeNode[] all = new DropProbeNode[nodes];
    for (int i = 0; i < nodes; i++) {
      all[i] = node("n%03d".formatted(i), NOON, "boot-" + i, p -> p.packets = 1L);
    }
    List<Share> shares = new ArrayList<>(shares(all));
    Set<String> reports = new HashSet<>();
    shares.forEach(s -> reports.add(s.owner()));
    Retired retired = null;
    for (int pass = 0; pass < 3; pass++) {
      retired = Retirement.fold(retired, shares, s -> true, s -> false, reports);
      assertTrue(retired.folded.size() <= Limits.FOLDED);
      assertEquals(nodes, retired.packets + sum(Retirement.rest(shares, retired)));
      List<String> folded = List.copyOf(retired.folded);
      shares.removeIf(s -> folded.contains(s.owner()));
      reports.removeAll(folded);
    }
    assertEquals(nodes, retired.packets);
    assertEquals(nodes, retired.nodes);
  }

  @Test
  void aGoneNodeWhoseKernelAnotherStillReportsGivesOnlyWhatItHadBefore() {
    List<Share> shares =
        shares(
            node("a", NOON, "boot", p -> base(p, 20L, 4L)),
            node("b", NOON, "boot", p -> base(p, 20L, 0L)));
    Retired one =
        Retirement.fold(
            null, shares, s -> s.node().equals("a"), s -> false, Set.of("report-a", "report-b"));
    assertEquals(4L, one.packets);
    Retired both =
        Retirement.fold(null, shares, s -> true, s -> false, Set.of("report-a", "report-b"));
    assertEquals(24L, both.packets, "the last one brings the kernel's numbers");
    assertEquals(2, both.nodes);
  }

  private static long sum(List<Share> shares) {
    Long packets = total(shares).packets();
    return packets == null ? 0 : packets;
  }

  private static Counts total(List<Share> shares) {
    return Contribution.of(shares).stream()
        .map(Contribution::counts)
        .reduce(Counts.UNKNOWN, Counts::plus);
  }

  private static List<Share> shares(DropProbeNode... nodes) {
    return Share.of(List.of(nodes), AccountingTest::bootId, "u", "s");
  }

  /** What an honest node says twice: by its kubelet and by its agent. */
  private static String bootId(DropProbeNode report) {
    return report.getStatus().kernel.bootID;
  }

  private static void waitsForA(ProbeReport p) {
    p.state = ProbeState.OwnedElsewhere;
    p.ownedBy = "a";
    p.epoch = null;
  }

  private static void base(ProbeReport p, long packets, long base) {
    p.packets = packets;
    p.base = new Base();
    p.base.packets = base;
  }

  private static DropProbeNode node(
      String name, Instant at, String bootID, Consumer<ProbeReport> rest) {
    DropProbeNode n = Reports.report(name, at);
    n.getStatus().kernel.bootID = bootID;
    n.getStatus().probes.add(Reports.entry("probe", "u", rest));
    return n;
  }
}
