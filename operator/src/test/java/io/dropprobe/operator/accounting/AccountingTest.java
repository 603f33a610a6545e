// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.Base;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Retired;
import io.dropprobe.operator.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The rules of the package, one by one; see its package-info. */
class AccountingTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Function<DropProbeNode, Duration> AGES =
      Reports.agesAt(NOON.plusSeconds(100_000));

  @Test
  void identifiesProbeByUidNotByName() {
    DropProbeNode node = node("a", NOON, "boot-a", p -> p.lost = 5L);
    assertEquals(1, Contribution.of(List.of(node), AccountingTest::bootId, AGES, "u", "s").size());
    assertEquals(
        0, Contribution.of(List.of(node), AccountingTest::bootId, AGES, "another", "s").size());
  }

  @Test
  void ignoresCountsOfAnotherSeries() {
    DropProbeNode node =
        node(
            "a",
            NOON,
            "boot-a",
            p -> {
              p.lost = 5L;
              p.series = "old";
            });
    assertEquals(
        0, Contribution.of(List.of(node), AccountingTest::bootId, AGES, "u", "new").size());
    assertEquals(5, sum(Contribution.of(List.of(node), AccountingTest::bootId, AGES, "u", "old")));
  }

  @Test
  void addsTwoKernelsWithEqualEpochs() {
    assertEquals(
        12,
        sum(
            contributions(
                node("a", NOON, "boot-a", p -> p.lost = 5L),
                node("b", NOON, "boot-b", p -> p.lost = 7L))));
  }

  @Test
  void countsOneKernelOnceWithItsNewestSample() {
    List<Contribution> contributions =
        contributions(
            node("a", NOON, "boot", p -> p.lost = 5L),
            node("b", NOON.plusSeconds(1), "boot", p -> p.lost = 7L),
            node("c", NOON.minusSeconds(1), "boot", p -> p.lost = 4L));
    assertEquals(7, sum(contributions));
    assertEquals(
        List.of("b"),
        CountedContribution.of(contributions).stream()
            .filter(CountedContribution::whole)
            .map(c -> c.contribution().node())
            .toList());
  }

  @Test
  void prefersTheLargerOfTwoSamplesOfOneMoment() {
    assertEquals(
        7,
        sum(
            contributions(
                node("a", NOON, "boot", p -> p.lost = 7L),
                node("b", NOON, "boot", p -> p.lost = 5L))));
  }

  @Test
  void laterReportDoesNotHideALargerCount() {
    List<Contribution> contributions =
        contributions(
            node("a", NOON, "boot", p -> p.lost = 1000L),
            node("b", NOON.plusSeconds(86_400), "boot", p -> p.lost = 0L));
    assertEquals(1000, sum(contributions));
  }

  @Test
  void sampleWithMorePacketsDoesNotHideLossesOfAnother() {
    List<Contribution> contributions =
        contributions(
            node("a", NOON, "boot", p -> p.lost = 1000L),
            node(
                "b",
                NOON,
                "boot",
                p -> {
                  base(p, 60L, 50L);
                  p.noise = 950L;
                }));
    assertEquals(1050, sum(contributions), "50 that b had counted before, and the epoch of a");
  }

  @Test
  void silentLossesOfAnotherSampleAreSilentInTheSum() {
    List<Contribution> contributions =
        contributions(
            node("a", NOON, "boot", p -> p.noise = 1000L),
            node(
                "b",
                NOON,
                "boot",
                p -> {
                  p.lost = 7L;
                  p.silent = 5L;
                }));
    Counters counted =
        CountedContribution.of(contributions).stream()
            .filter(CountedContribution::whole)
            .map(CountedContribution::counters)
            .findFirst()
            .orElseThrow();
    assertEquals(7, counted.lost());
    assertEquals(5, counted.silent());
  }

  @Test
  void reportWithTheBootIdOfAnotherNodeDoesNotHideItsCount() {
    List<Contribution> contributions =
        Contribution.of(
            List.of(
                node("a", NOON, "boot-a", p -> p.lost = 1000L),
                node("b", NOON.plusSeconds(1), "boot-a", p -> p.lost = 1001L)),
            r -> "boot-" + r.getMetadata().getName(),
            AGES,
            "u",
            "s");
    assertEquals(
        2001, sum(contributions), "the kernel of b is not that of a, so b only adds its own count");
  }

  @Test
  void unconfirmedKernelDoesNotHideAConfirmedOne() {
    List<Contribution> contributions =
        Contribution.of(
            List.of(
                node("a", NOON, "boot-a", p -> p.lost = 1000L),
                node("b", NOON, "boot-a", p -> base(p, 2000L, 3L))),
            r -> r.getMetadata().getName().equals("a") ? "boot-a" : null,
            AGES,
            "u",
            "s");
    assertEquals(1003, sum(contributions));
    Retired folded =
        Retirement.fold(
            null,
            contributions,
            c -> c.node().equals("b"),
            c -> false,
            Set.of("report-a", "report-b"));
    assertEquals(3, folded.lost);
    assertEquals(1000, sum(Retirement.rest(contributions, folded)));
  }

  /** The schema requires no field, and a status can be edited. */
  @Test
  void foldsIntoRetiredWithoutNumberOfNodes() {
    Retired before = new Retired();
    before.lost = 5L;
    Retired folded =
        Retirement.fold(
            before,
            contributions(node("a", NOON, "boot-a", p -> p.lost = 100L)),
            c -> true,
            c -> false,
            Set.of("report-a"));
    assertEquals(105, folded.lost);
    assertEquals(1, folded.nodes);
  }

  @Test
  void nodeOfAnotherKernelDoesNotBlockFolding() {
    DropProbeNode deleted = node("a", NOON, "boot-a", p -> p.lost = 100L);
    DropProbeNode other = node("b", NOON, "boot-a", AccountingTest::waitsForA);
    List<Contribution> contributions =
        Contribution.of(
            List.of(deleted, other),
            r -> r.getMetadata().getName().equals("b") ? "boot-b" : null,
            AGES,
            "u",
            "s");
    Retired folded =
        Retirement.fold(
            null,
            contributions,
            c -> c.node().equals("a"),
            c -> false,
            Set.of("report-a", "report-b"));
    assertEquals(100, folded.lost);
  }

  @Test
  void reportWithTheUidOfAnotherNodeDoesNotHideItsCount() {
    DropProbeNode liar = node("b", NOON, "boot-b", p -> p.lost = 0L);
    liar.getStatus().nodeUID = "a-uid";
    DropProbeNode good = node("a", NOON, "boot-a", p -> p.lost = 1000L);
    good.getStatus().nodeUID = "a-uid";
    List<Contribution> contributions = contributions(good, liar);
    Retired folded =
        Retirement.fold(
            null,
            contributions,
            c -> c.node().equals("b"),
            c -> false,
            Set.of(Contribution.foldingKey(good), Contribution.foldingKey(liar)));
    assertEquals(1000, sum(Retirement.rest(contributions, folded)));
  }

  @Test
  void foldsCarriedCountsOnceAndKeepsTheReport() {
    DropProbeNode report = node("a", NOON, "boot-a", p -> p.lost = 2L);
    report.getStatus().nodeUID = "second";
    Predecessor earlier = new Predecessor();
    earlier.nodeUID = "first";
    earlier.bootID = "boot-first";
    earlier.probes = node("a", NOON, "boot-first", p -> p.lost = 1000L).getStatus().probes;
    report.getStatus().predecessors = List.of(earlier);
    List<Contribution> contributions = contributions(report);
    assertEquals(1002, sum(contributions));
    Predicate<Contribution> deleted = c -> c.foldingKey().endsWith("first");
    Set<String> keys = Set.of("report-a/first", "report-a/second");
    Retired once = Retirement.fold(null, contributions, deleted, c -> false, keys);
    Retired twice = Retirement.fold(once, contributions, deleted, c -> false, keys);
    assertEquals(1000, twice.lost);
    assertEquals(List.of("report-a/first"), twice.folded);
    assertEquals(2, sum(Retirement.rest(contributions, twice)));
  }

  /** A report is deleted when every probe has folded it, and each can fold only some at a time. */
  @Test
  void allProbesFoldNodesInTheSameOrder() {
    DropProbeNode[] deleted = new DropProbeNode[Limits.FOLDED * 2];
    for (int i = 0; i < deleted.length; i++) {
      long rising = i;
      deleted[i] = node("n%03d".formatted(i), NOON, "boot-%03d".formatted(i), p -> p.lost = rising);
    }
    Set<String> keys = new HashSet<>();
    contributions(deleted).forEach(c -> keys.add(c.foldingKey()));
    Retired up = Retirement.fold(null, deletedContributions(deleted), c -> true, c -> false, keys);
    for (int i = 0; i < deleted.length; i++) {
      deleted[i].getStatus().probes.get(0).lost = (long) deleted.length - i;
    }
    Retired down =
        Retirement.fold(null, deletedContributions(deleted), c -> true, c -> false, keys);
    assertEquals(up.folded, down.folded);
  }

  @Test
  void asksTheApiServerOnlyForNodesThatFit() {
    DropProbeNode[] deleted = new DropProbeNode[Limits.FOLDED * 2];
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < deleted.length; i++) {
      deleted[i] = node("n%03d".formatted(i), NOON, "boot-%03d".formatted(i), p -> p.lost = 1L);
      keys.add(Contribution.foldingKey(deleted[i]));
    }
    AtomicInteger asked = new AtomicInteger();
    Predicate<Contribution> ask = c -> asked.incrementAndGet() > 0;
    Retired full = Retirement.fold(null, deletedContributions(deleted), ask, c -> false, keys);
    assertEquals(Limits.FOLDED, asked.getAndSet(0));
    Retirement.fold(full, deletedContributions(deleted), ask, c -> false, keys);
    assertEquals(0, asked.get());
  }

  /** Otherwise a report could replace another's count, and then claim a different one. */
  @Test
  void foldsDeletedNodesOfOneKernelInOnePassOrNotAtAll() {
    DropProbeNode victim = node("victim", NOON, "boot-v", p -> p.lost = 1000L);
    DropProbeNode evil = node("evil", NOON, "boot-v", p -> p.lost = 1001L);
    List<Contribution> contributions = deletedContributions(victim, evil);
    Retired full = new Retired();
    full.lost = 0L;
    full.nodes = Limits.FOLDED - 1;
    full.folded = new ArrayList<>();
    Set<String> keys = new HashSet<>(Set.of("report-victim", "report-evil"));
    for (int i = 1; i < Limits.FOLDED; i++) {
      full.folded.add("other-" + i);
      keys.add("other-" + i);
    }
    Retired waits = Retirement.fold(full, contributions, c -> true, c -> false, keys);
    assertEquals(full.folded, waits.folded);
    Retired both =
        Retirement.fold(
            full, contributions, c -> true, c -> false, Set.of("report-victim", "report-evil"));
    assertEquals(1001, both.lost);
    assertEquals(List.of("report-victim", "report-evil"), both.folded);
  }

  @Test
  void doesNotWaitForASharingNodeWhenTheReportIsStale() {
    DropProbeNode owner = node("a", NOON, "boot", p -> p.lost = 100L);
    DropProbeNode other = node("b", NOON, "boot", AccountingTest::waitsForA);
    Predicate<Contribution> deletedA = c -> c.node().equals("a");
    Set<String> keys = Set.of("report-a", "report-b");
    assertEquals(
        List.of(),
        Retirement.fold(null, contributions(owner, other), deletedA, c -> false, keys).folded);
    assertEquals(
        List.of("report-a"),
        Retirement.fold(null, contributions(owner, other), deletedA, deletedA, keys).folded);
  }

  @Test
  void carriedCountsTakeAtMostHalfOfTheRecord() {
    List<DropProbeNode> all = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (int i = 0; i < Limits.FOLDED; i++) {
      DropProbeNode live = node("live%03d".formatted(i), NOON, "boot-" + i, p -> p.lost = 1L);
      live.getStatus().nodeUID = "now";
      Predecessor earlier = new Predecessor();
      earlier.nodeUID = "earlier";
      earlier.probes = node("x", NOON, "b", p -> p.lost = 1L).getStatus().probes;
      live.getStatus().predecessors = List.of(earlier);
      all.add(live);
      keys.add(Contribution.foldingKey(live));
      keys.add("report-live%03d/earlier".formatted(i));
    }
    all.add(node("z", NOON, "z", p -> p.lost = 7L));
    keys.add("report-z");
    List<Contribution> contributions = contributions(all.toArray(DropProbeNode[]::new));
    Predicate<Contribution> deleted = c -> c.carried() || c.node().equals("z");
    Retired after = Retirement.fold(null, contributions, deleted, c -> false, keys);
    assertEquals(Limits.FOLDED / 2 + 1, after.folded.size());
    assertTrue(after.folded.contains("report-z"));
  }

  /** No Node confirms their kernels. */
  private static List<Contribution> deletedContributions(DropProbeNode... nodes) {
    return Contribution.of(List.of(nodes), r -> null, AGES, "u", "s");
  }

  @Test
  void addsAnotherEpochOfTheSameKernel() {
    assertEquals(
        12,
        sum(
            contributions(
                node("a", NOON, "boot", p -> p.lost = 5L),
                node(
                    "b",
                    NOON,
                    "boot",
                    p -> {
                      p.lost = 7L;
                      p.epoch = "e2";
                    }))));
  }

  @Test
  void addsTheEarlierEpochsOfAllNodesOfOneKernel() {
    assertEquals(
        20 + 3,
        sum(
            contributions(
                node("a", NOON.minusSeconds(5), "boot", p -> base(p, 19L, 3L)),
                node("b", NOON, "boot", p -> base(p, 20L, 4L)))));
  }

  @Test
  void countsANodeWithoutEpochOrBootIdByItself() {
    assertEquals(
        9,
        sum(
            contributions(
                node("a", NOON, null, p -> p.lost = 4L),
                node(
                    "b",
                    NOON,
                    "boot",
                    p -> {
                      p.lost = 5L;
                      p.epoch = null;
                    }))));
  }

  @Test
  void countsAreUnknownNotZeroWithoutAReport() {
    assertNull(total(contributions(node("a", NOON, "boot", p -> {}))).lost());
    assertEquals(0L, total(contributions(node("a", NOON, "boot", p -> p.lost = 0L))).lost());
  }

  @Test
  void segmentsAreUnknownUnlessKnownForAllPackets() {
    DropProbeNode with =
        node(
            "a",
            NOON,
            "boot-a",
            p -> {
              p.lost = 5L;
              p.segments = 9L;
            });
    assertEquals(9L, total(contributions(with)).segments());
    assertNull(total(contributions(with, node("b", NOON, "boot-b", p -> p.lost = 1L))).segments());
    assertEquals(
        9L, total(contributions(with, node("b", NOON, "boot-b", p -> p.lost = 0L))).segments());
  }

  @Test
  void foldsADeletedNodeOnce() {
    List<Contribution> contributions =
        contributions(
            node("a", NOON, "boot-a", p -> p.lost = 5L),
            node("b", NOON, "boot-b", p -> p.lost = 7L));
    Set<String> reports = Set.of("report-a", "report-b");
    Retired once =
        Retirement.fold(null, contributions, c -> c.node().equals("a"), c -> false, reports);
    assertEquals(5L, once.lost);
    assertEquals(1, once.nodes);
    assertEquals(List.of("report-a"), once.folded);
    Retired twice =
        Retirement.fold(once, contributions, c -> c.node().equals("a"), c -> false, reports);
    assertEquals(5L, twice.lost);
    assertEquals(1, twice.nodes);
    assertEquals(12, twice.lost + sum(Retirement.rest(contributions, twice)));
  }

  @Test
  void countsANewNodeThatUsesTheReportOfAFoldedOne() {
    DropProbeNode report = node("a", NOON, "boot-a", p -> p.lost = 5L);
    report.getStatus().nodeUID = "first";
    Retired folded =
        Retirement.fold(
            null,
            contributions(report),
            c -> true,
            c -> false,
            Set.of(Contribution.foldingKey(report)));
    assertEquals(List.of("report-a/first"), folded.folded);

    report.getStatus().nodeUID = "second";
    report.getStatus().probes.get(0).lost = 2L;
    Retired after =
        Retirement.fold(
            folded,
            contributions(report),
            c -> false,
            c -> false,
            Set.of(Contribution.foldingKey(report)));
    assertNull(after.folded.stream().findAny().orElse(null));
    assertEquals(5 + 2, after.lost + sum(Retirement.rest(contributions(report), after)));
    Retired again =
        Retirement.fold(
            after, contributions(report), c -> true, c -> false, Set.of("report-a/second"));
    assertEquals(5 + 2, again.lost, "and is folded when it is deleted too");
  }

  /** That kernel keeps counting, and the other node reports the whole epoch when it takes over. */
  @Test
  void foldsADeletedOwnerOnlyAfterTheSharingNodeTookOver() {
    DropProbeNode owner = node("a", NOON, "boot", p -> p.lost = 100L);
    DropProbeNode other =
        node(
            "b",
            NOON,
            "boot",
            p -> {
              waitsForA(p);
              p.lost = 0L;
            });
    Set<String> reports = Set.of("report-a", "report-b");
    Predicate<Contribution> deletedA = c -> c.node().equals("a");
    Retired waiting =
        Retirement.fold(null, contributions(owner, other), deletedA, c -> false, reports);
    assertEquals(List.of(), waiting.folded);
    assertEquals(100, sum(Retirement.rest(contributions(owner, other), waiting)));

    DropProbeNode taken = node("b", NOON.plusSeconds(90), "boot", p -> p.lost = 130L);
    Retired after =
        Retirement.fold(waiting, contributions(owner, taken), deletedA, c -> false, reports);
    assertEquals(List.of("report-a"), after.folded);
    assertEquals(
        130, after.lost + sum(Retirement.rest(contributions(owner, taken), after)), "and not 230");

    Retired both =
        Retirement.fold(null, contributions(owner, other), c -> true, c -> false, reports);
    assertEquals(List.of("report-b", "report-a"), both.folded, "no other node is left to wait for");
    assertEquals(100L, both.lost);
  }

  @Test
  void recordsAFoldedReportUntilItIsDeleted() {
    Retired before = new Retired();
    before.lost = 5L;
    before.nodes = 1;
    before.folded = List.of("report-a", "report-b");
    Retired after = Retirement.fold(before, List.of(), c -> false, c -> false, Set.of("report-b"));
    assertEquals(List.of("report-b"), after.folded);
    assertEquals(5L, after.lost);
    assertEquals(List.of("report-a", "report-b"), before.folded, "the old status is not changed");
  }

  @Test
  void foldsALargeScaleDownInSeveralPasses() {
    int nodes = Limits.FOLDED * 2 + 3;
    DropProbeNode[] all = new DropProbeNode[nodes];
    for (int i = 0; i < nodes; i++) {
      all[i] = node("n%03d".formatted(i), NOON, "boot-" + i, p -> p.lost = 1L);
    }
    List<Contribution> contributions = new ArrayList<>(contributions(all));
    Set<String> reports = new HashSet<>();
    contributions.forEach(c -> reports.add(c.foldingKey()));
    Retired retired = null;
    for (int pass = 0; pass < 3; pass++) {
      retired = Retirement.fold(retired, contributions, c -> true, c -> false, reports);
      assertTrue(retired.folded.size() <= Limits.FOLDED);
      assertEquals(nodes, retired.lost + sum(Retirement.rest(contributions, retired)));
      List<String> folded = List.copyOf(retired.folded);
      contributions.removeIf(c -> folded.contains(c.foldingKey()));
      reports.removeAll(folded);
    }
    assertEquals(nodes, retired.lost);
    assertEquals(nodes, retired.nodes);
  }

  @Test
  void foldsOnlyEarlierEpochsWhileAnotherNodeReportsTheKernel() {
    List<Contribution> contributions =
        contributions(
            node("a", NOON, "boot", p -> base(p, 20L, 4L)),
            node("b", NOON, "boot", p -> base(p, 20L, 0L)));
    Retired one =
        Retirement.fold(
            null,
            contributions,
            c -> c.node().equals("a"),
            c -> false,
            Set.of("report-a", "report-b"));
    assertEquals(4L, one.lost);
    Retired both =
        Retirement.fold(null, contributions, c -> true, c -> false, Set.of("report-a", "report-b"));
    assertEquals(24L, both.lost, "the last one contributes the counts of the kernel");
    assertEquals(2, both.nodes);
  }

  private static long sum(List<Contribution> contributions) {
    Long packets = total(contributions).lost();
    return packets == null ? 0 : packets;
  }

  private static Counters total(List<Contribution> contributions) {
    return CountedContribution.of(contributions).stream()
        .map(CountedContribution::counters)
        .reduce(Counters.UNKNOWN, Counters::plus);
  }

  private static List<Contribution> contributions(DropProbeNode... nodes) {
    return Contribution.of(List.of(nodes), AccountingTest::bootId, AGES, "u", "s");
  }

  /** The bootID that an honest node reports twice: by its kubelet and by its agent. */
  private static String bootId(DropProbeNode report) {
    return report.getStatus().kernel.bootID;
  }

  private static void waitsForA(ProbeReport p) {
    p.state = ProbeState.OwnedElsewhere;
    p.ownedBy = "a";
    p.epoch = null;
  }

  private static void base(ProbeReport p, long packets, long base) {
    p.lost = packets;
    p.base = new Base();
    p.base.lost = base;
  }

  private static DropProbeNode node(
      String name, Instant at, String bootID, Consumer<ProbeReport> rest) {
    DropProbeNode n = Reports.report(name, at);
    n.getStatus().kernel.bootID = bootID;
    n.getStatus().probes.add(Reports.entry("probe", "u", rest));
    return n;
  }
}
