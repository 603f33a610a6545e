// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.rules.ConditionSet;
import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.v1alpha1.Direction;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.NodeSummary;
import io.dropprobe.api.v1alpha1.Packets;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Retired;
import io.dropprobe.api.v1alpha1.Summary;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.settings.Settings;
import io.dropprobe.operator.testing.Fixture;
import io.dropprobe.operator.testing.Reports;
import java.lang.reflect.Field;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What users see: one folder per scenario in {@code status/}. The input is a DropProbe with its
 * last status, Nodes and reports; the output is its next status. It is noon on 2026-01-01.
 */
class StatusFactoryTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TestFactory
  Stream<DynamicTest> scenarios() {
    return Fixture.all("status").map(f -> DynamicTest.dynamicTest(f.name(), () -> check(f)));
  }

  private static void check(Fixture f) {
    DropProbe probe = f.of(DropProbe.class).get(0);
    Snapshot cluster = f.cluster();
    StatusFactory factory = factory(cluster);
    Settings settings = f.settings() == null ? Settings.DEFAULTS : Settings.parse(f.settings());
    DropProbeStatus status = factory.create(probe, probe.getStatus(), cluster, settings, NOON);
    f.assertMatches("out-status.yaml", status);
    // If nothing has changed, the next pass would write nothing.
    DropProbeStatus again = factory.create(probe, status, cluster, settings, NOON.plusSeconds(1));
    assertEquals(status.conditions, again.conditions);
    assertEquals(status.activeSince, again.activeSince);
    assertEquals(status.retired.lost, again.retired.lost);
    if (status.packets != null) {
      assertEquals(status.packets.lost, again.packets.lost);
    }
  }

  private static StatusFactory factory(Snapshot cluster) {
    return new StatusFactory(
        r -> {
          ClusterNode node = cluster.nodes().get(r.getMetadata().getName());
          return node == null || Snapshot.ofEarlierNode(r, node);
        },
        Reports.agesAt(NOON),
        Fixture::size,
        "dropprobe-system",
        List::of,
        n -> Optional.empty(),
        () -> TrialBoard.EMPTY);
  }

  @Test
  void isBoundedForAnyClusterAndAnyNames() {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setName("p".repeat(63));
    probe.getMetadata().setUid("u");
    probe.getMetadata().setGeneration(1L);
    Map<String, ClusterNode> nodes = new HashMap<>();
    Map<String, DropProbeNode> reports = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      String name = "%03d".formatted(i) + "n".repeat(250);
      nodes.put(
          name,
          new ClusterNode(
              name,
              new NodeFacts("uid", Map.of("kubernetes.io/os", "linux"), List.of()),
              "",
              "",
              true,
              false,
              null,
              null));
      reports.put(name, i % 3 == 0 ? failing(name, i) : counting(name, i));
    }
    Snapshot cluster = new Snapshot(nodes, reports, Map.of(probe.getMetadata().getName(), probe));
    for (int top : new int[] {1, 10, 20}) {
      probe.getSpec().top = top;
      DropProbeStatus status =
          factory(cluster).create(probe, null, cluster, Settings.DEFAULTS, NOON);
      int bound = 8192 * Math.max(10, top) / 10;
      assertTrue(Fixture.size(status) <= bound, () -> top + ": " + Fixture.size(status));
      for (Effect effect : List.of(Effect.Lost, Effect.Refused, Effect.Unclear)) {
        assertEquals(
            status.packets.counters().of(effect),
            status.topCauses.stream()
                .filter(w -> w.effect == effect)
                .mapToLong(w -> w.packets)
                .sum());
      }
      assertEquals(status.packets.lost, status.topNodes.stream().mapToLong(w -> w.lost).sum());
      assertEquals(
          status.packets.refused, status.topNodes.stream().mapToLong(w -> w.refused).sum());
      assertEquals(
          status.packets.counters().unnoisy(),
          status.topLocations.stream().mapToLong(w -> w.packets).sum());
      assertTrue(status.topNodes.size() >= 2 && status.topNodes.size() <= top + 1);
    }
  }

  @Test
  void keepsTheLastStatusWhileDeleting() throws IllegalAccessException {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setGeneration(2L);
    DropProbeStatus before = new DropProbeStatus();
    for (Field field : DropProbeStatus.class.getFields()) {
      field.set(before, sample(field.getType()));
    }
    before.conditions =
        new ConditionSet(null, 1L, NOON)
            .set(Conditions.Probe.READY, true, Conditions.Probe.COUNTING, "")
            .set(Conditions.Probe.DEGRADED, false, Conditions.Probe.ALL_NODES_WORK, "")
            .list();
    DropProbeStatus after =
        factory(new Snapshot(Map.of(), Map.of(), Map.of()))
            .deleting(
                probe,
                before,
                new Deletion(List.of("a"), NOON, List.of(), List.of()),
                NOON.plusSeconds(1));
    for (Field field : DropProbeStatus.class.getFields()) {
      if (!field.getName().equals("conditions") && !field.getName().equals("observedGeneration")) {
        assertSame(field.get(before), field.get(after), field::getName);
      }
    }
    assertEquals(2, after.observedGeneration);
    assertEquals(Conditions.Probe.DELETING, after.conditions.get(0).getReason());
    assertEquals(before.conditions.get(1), after.conditions.get(1));
    assertEquals(1, before.observedGeneration, "the last status itself is not changed");
  }

  private static DropProbeNode failing(String node, int i) {
    DropProbeNode r = Reports.report(node, NOON);
    r.getStatus().module.state = ModuleState.Failed;
    Reports.failed(r.getStatus(), "ModuleBuilt", "BuildFailed" + i % 7, "m".repeat(1024));
    return r;
  }

  private static Object sample(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "Long" -> 1L;
      case "Integer" -> 1;
      case "Boolean" -> true;
      case "String" -> "text";
      case "List" -> List.of();
      case "NodeSummary" -> new NodeSummary();
      case "Packets" -> new Packets();
      case "Summary" -> new Summary();
      case "Retired" -> new Retired();
      default -> throw new IllegalArgumentException("no sample for a field of " + type);
    };
  }

  private static DropProbeNode counting(String node, int i) {
    DropProbeNode r = Reports.report(node, NOON);
    ProbeReport p = Reports.entry("p", "u", e -> {});
    p.observedGeneration = 1L;
    p.state = ProbeState.Active;
    p.lost = 100_000_000_000L + i;
    p.bytes = p.lost * 1000;
    p.lostPerSecond = "12345";
    p.refused = p.lost;
    p.unclear = p.lost;
    p.noise = p.lost;
    p.refusedPerSecond = "12345";
    p.lastLoss = "2026-01-01T11:59:59Z";
    p.causes = new ArrayList<>();
    p.locations = new ArrayList<>();
    for (int k = 0; k < 50; k++) {
      String id = "%03d%03d".formatted(i, k);
      NodeCause cause =
          new NodeCause(
              id + "R".repeat(251),
              Effect.values()[k % 4],
              DropClass.Unspecified,
              "f".repeat(122) + id,
              1_000_000_000L,
              Direction.Unknown);
      cause.perSecond = "9";
      p.causes.add(cause);
      p.locations.add(new LocationCount("l".repeat(122) + id, 1_000_000_000L));
    }
    r.getStatus().probes.add(p);
    return r;
  }
}
