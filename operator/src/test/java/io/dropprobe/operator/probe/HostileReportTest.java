package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.Limits;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.ReasonCount;
import io.dropprobe.api.v1alpha1.StageCount;
import io.dropprobe.operator.cluster.NodeFacts;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.cluster.Staleness;
import io.dropprobe.operator.settings.Settings;
import io.dropprobe.operator.testing.Fixture;
import io.dropprobe.operator.testing.Reports;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Reports that the schema accepts and no agent writes: two nodes send each of them, beside one that
 * counts 5 packets. What they say is theirs; it stops neither status nor deletion.
 */
class HostileReportTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final String NO_TIME = "2026-01-01T00:00:00+99:99";

  private static final Map<String, BiConsumer<DropProbeNode, ProbeReport>> REPORTS =
      Map.ofEntries(
          Map.entry("reportedAt with an impossible offset", hostile(NO_TIME)),
          Map.entry(
              "reportedAt with ten fraction digits", hostile("2026-01-01T00:00:00.1234567890Z")),
          Map.entry("reportedAt that is empty", hostile("")),
          Map.entry("reportedAt of year 9998", hostile("9998-01-01T00:00:00Z")),
          Map.entry("reportedAt of year 0", hostile("0000-01-01T00:00:00Z")),
          Map.entry("since with an impossible offset", entry(p -> p.since = NO_TIME)),
          Map.entry("last with an impossible offset", entry(p -> p.last = NO_TIME)),
          Map.entry("infinite rate when summed", entry(p -> p.perSecond = "1e308")),
          Map.entry("rate of 301 characters", entry(p -> p.perSecond = "1e300")),
          Map.entry("rate that is no number", entry(p -> p.perSecond = "NaN")),
          Map.entry("most packets", entry(HostileReportTest::mostPackets)),
          Map.entry("stages of its own", HostileReportTest::stages),
          Map.entry("long reason", (r, p) -> longReason(r)));

  private static BiConsumer<DropProbeNode, ProbeReport> hostile(String reportedAt) {
    return (r, p) -> r.getStatus().reportedAt = reportedAt;
  }

  private static BiConsumer<DropProbeNode, ProbeReport> entry(Consumer<ProbeReport> change) {
    return (r, p) -> change.accept(p);
  }

  private static void mostPackets(ProbeReport p) {
    p.packets = Long.MAX_VALUE;
    p.segments = Long.MAX_VALUE;
    p.bytes = Long.MAX_VALUE;
    p.noise = Long.MAX_VALUE;
    p.unkeyed = Long.MAX_VALUE;
    p.reasons = List.of(new ReasonCount("NO_SOCKET", Long.MAX_VALUE, "1e308", null));
  }

  private static void stages(DropProbeNode r, ProbeReport p) {
    p.stages = new ArrayList<>();
    for (int i = 0; i < Limits.NODE_STAGES; i++) {
      StageCount s = new StageCount();
      s.stage = r.getMetadata().getName() + i;
      s.packets = Long.MAX_VALUE;
      p.stages.add(s);
    }
  }

  private static void longReason(DropProbeNode r) {
    r.getStatus().module.state = ModuleState.Failed;
    Reports.failed(r.getStatus(), "ModuleLoaded", "R".repeat(256), "m".repeat(4096));
  }

  @TestFactory
  Stream<DynamicTest> harmsItsOwnNodeOnly() {
    return REPORTS.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue())));
  }

  private static void check(BiConsumer<DropProbeNode, ProbeReport> change) {
    DropProbeStatus status = status(cluster(change));
    assertTrue(status.drops.packets >= 5, () -> "packets " + status.drops.packets);
    assertTrue(status.drops.perSecond.length() <= 32, status.drops.perSecond);
    assertTrue(!NO_TIME.equals(status.drops.since) && !NO_TIME.equals(status.drops.last));
    status.problems.forEach(p -> assertTrue(p.reason.length() <= 63, p.reason));
    assertTrue(status.stages == null || status.stages.size() <= 32);
    assertEquals(
        status.drops.packets,
        status.topNodes.stream().mapToLong(n -> n.packets).reduce(0, HostileReportTest::saturated));
    Deletion deletion = deletion(cluster(change));
    assertTrue(deletion.waiting().contains("good"));
  }

  private static long saturated(long a, long b) {
    return a + b < 0 ? Long.MAX_VALUE : a + b;
  }

  @Test
  void saysThatAReportCannotBeReadAndDoesNotWaitForIt() {
    Snapshot cluster = cluster(hostile(NO_TIME));
    DropProbeStatus status = status(cluster);
    assertEquals("ReportInvalid", status.problems.get(0).reason);
    assertEquals(2, status.problems.get(0).nodes);
    assertTrue(status.problems.get(0).message.contains(NO_TIME));
    assertEquals(2, status.nodes.failed);
    assertEquals(List.of("good"), deletion(cluster).waiting());
    assertEquals(List.of("bad-1", "bad-2"), deletion(cluster).stale());
  }

  private static Snapshot cluster(BiConsumer<DropProbeNode, ProbeReport> change) {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setName("p");
    probe.getMetadata().setUid("u");
    probe.getMetadata().setGeneration(1L);
    Map<String, NodeFacts> nodes = new HashMap<>();
    Map<String, DropProbeNode> reports = new HashMap<>();
    for (String name : List.of("good", "bad-1", "bad-2")) {
      nodes.put(
          name, new NodeFacts(name, "uid", Map.of("kubernetes.io/os", "linux"), List.of(), ""));
      DropProbeNode r = Reports.report(name, NOON);
      ProbeReport p = Reports.entry("p", "u", HostileReportTest::counting);
      r.getStatus().probes.add(p);
      if (!name.equals("good")) {
        change.accept(r, p);
      }
      reports.put(name, r);
    }
    return new Snapshot(nodes, reports, Map.of("p", probe));
  }

  private static void counting(ProbeReport p) {
    p.observedGeneration = 1L;
    p.state = ProbeState.Active;
    p.packets = 5L;
    p.perSecond = "1";
    p.since = "2026-01-01T11:00:00Z";
    p.last = "2026-01-01T11:30:00Z";
  }

  private static DropProbeStatus status(Snapshot cluster) {
    StatusFactory factory =
        new StatusFactory(r -> false, Fixture::size, "dropprobe-system", List::of);
    return factory.create(cluster.probes().get("p"), null, cluster, Settings.DEFAULTS, NOON);
  }

  private static Deletion deletion(Snapshot cluster) {
    return Deletion.of(
        cluster.probes().get("p"),
        cluster,
        new Staleness(NOON, Duration.ofMinutes(15)),
        r -> false);
  }
}
