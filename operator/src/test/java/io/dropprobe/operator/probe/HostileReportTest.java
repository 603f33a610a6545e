// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.v1alpha1.Direction;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.StageCount;
import io.dropprobe.api.v1alpha1.StageTotal;
import io.dropprobe.operator.accounting.Staleness;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.settings.Settings;
import io.dropprobe.operator.testing.Fixture;
import io.dropprobe.operator.testing.HostileReports;
import io.dropprobe.operator.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Reports that the schema accepts and no agent writes. Two nodes send each of them, beside a good
 * node that counts 5 packets. They must affect only their own nodes: neither the status nor the
 * deletion may fail.
 */
class HostileReportTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TestFactory
  Stream<DynamicTest> harmsItsOwnNodeOnly() {
    return HostileReports.ALL.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue())));
  }

  private static void check(BiConsumer<DropProbeNode, ProbeReport> change) {
    DropProbeStatus status = status(HostileReports.cluster(change));
    assertTrue(status.packets.lost >= 5, () -> "packets " + status.packets.lost);
    assertTrue(status.packets.lostPerSecond.length() <= 32, status.packets.lostPerSecond);
    assertTrue(
        !HostileReports.NO_TIME.equals(status.packets.since)
            && !HostileReports.NO_TIME.equals(status.packets.lastLoss));
    status.problems.forEach(p -> assertTrue(p.reason.length() <= 63, p.reason));
    assertTrue(status.stages == null || status.stages.size() <= 32);
    assertEquals(
        status.packets.lost,
        status.topNodes.stream().mapToLong(n -> n.lost).reduce(0, HostileReportTest::saturated));
    Deletion deletion = deletion(HostileReports.cluster(change));
    assertTrue(deletion.waiting().contains("good"));
  }

  private static long saturated(long a, long b) {
    return a + b < 0 ? Long.MAX_VALUE : a + b;
  }

  @Test
  void reportsAnInvalidReportAndDoesNotWaitForIt() {
    Snapshot cluster = HostileReports.cluster(HostileReports.hostile(HostileReports.NO_TIME));
    DropProbeStatus status = status(cluster);
    assertEquals("ReportInvalid", status.problems.get(0).reason);
    assertEquals(2, status.problems.get(0).nodes);
    assertTrue(status.problems.get(0).message.contains(HostileReports.NO_TIME));
    assertEquals(2, status.nodes.failed);
    assertEquals(List.of("good"), deletion(cluster).waiting());
    assertEquals(List.of("bad-1", "bad-2"), deletion(cluster).unavailable());
  }

  @Test
  void inventedStagesOfOneNodeDoNotDisplaceThoseOfOthers() {
    Snapshot cluster =
        HostileReports.cluster(
            (r, p) -> {
              boolean hostile = r.getMetadata().getName().equals("bad-2");
              p.stages =
                  hostile
                      ? IntStream.range(0, Limits.NODE_STAGES)
                          .mapToObj(i -> stage("A" + i))
                          .toList()
                      : List.of(stage("tcp_v4_rcv"));
            });
    cluster.reports().get("good").getStatus().probes.get(0).stages = List.of(stage("tcp_v4_rcv"));
    List<StageTotal> stages = status(cluster).stages;
    assertEquals(Limits.NODE_STAGES, stages.size());
    StageTotal last = stages.get(stages.size() - 1);
    assertEquals("tcp_v4_rcv", last.stage);
    assertEquals(2, last.packets);
  }

  private static void causes(ProbeReport p, String name, DropClass dropClass, long packets) {
    NodeCause cause = new NodeCause(name, Effect.Lost, dropClass, "f", packets, Direction.In);
    cause.perSecond = "1000000000000";
    p.causes = List.of(cause);
    p.locations = List.of(new LocationCount("f", packets));
  }

  /** A list has at most the packets of its report. */
  @Test
  void inventedCausesDoNotHidePacketsOfOtherNodes() {
    DropProbeStatus status =
        status(
            HostileReports.cluster(
                (r, p) -> {
                  p.lost = 0L;
                  causes(p, "INVENTED", DropClass.Congestion, Long.MAX_VALUE);
                }));
    assertEquals(5, status.packets.lost);
    assertNull(status.summary);
    assertEquals(
        List.of("other 5"), status.topCauses.stream().map(c -> c.cause + " " + c.packets).toList());
    assertEquals(
        List.of("other 5"),
        status.topLocations.stream().map(l -> l.location + " " + l.packets).toList());
  }

  @Test
  void namesThatNoAgentWritesAreInOther() {
    for (String name : List.of("", " ", "A\nB", "\u001b[2J", "x".repeat(250) + "@f g", "A@B@C")) {
      DropProbeStatus status =
          status(HostileReports.cluster((r, p) -> causes(p, name, DropClass.Congestion, 5)));
      assertNull(status.summary, name);
      assertEquals(15, status.topCauses.get(0).packets, name);
      assertEquals("other", status.topCauses.get(0).cause, name);
    }
  }

  @Test
  void classOfAnotherEffectIsNotShown() {
    DropProbeStatus status =
        status(HostileReports.cluster((r, p) -> causes(p, "A@b", DropClass.Close, 5)));
    assertEquals("A@b", status.summary.topCause);
    assertEquals(Effect.Lost, status.topCauses.get(0).effect);
    assertNull(status.topCauses.get(0).dropClass);
  }

  private static StageCount stage(String name) {
    StageCount s = new StageCount();
    s.stage = name;
    s.packets = 1L;
    return s;
  }

  private static DropProbeStatus status(Snapshot cluster) {
    StatusFactory factory =
        new StatusFactory(
            cluster::isOfEarlierNode,
            Reports.agesAt(NOON),
            Fixture::size,
            "dropprobe-system",
            List::of,
            n -> Optional.empty(),
            () -> TrialBoard.EMPTY);
    return factory.create(cluster.probes().get("p"), null, cluster, Settings.DEFAULTS, NOON);
  }

  private static Deletion deletion(Snapshot cluster) {
    return Deletion.of(
        cluster.probes().get("p"),
        cluster,
        new Staleness(Reports.agesAt(NOON), Duration.ofMinutes(15)),
        cluster::isOfEarlierNode,
        NOON);
  }
}
