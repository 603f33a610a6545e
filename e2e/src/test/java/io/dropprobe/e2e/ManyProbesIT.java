// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static io.dropprobe.e2e.Cluster.NODES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.IPFamily;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Protocol;
import io.dropprobe.api.v1alpha1.StageCount;
import io.dropprobe.api.v1alpha1.Stages;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several DropProbes at once on the same nodes, each with its own match, up to the status. */
@OnCluster
class ManyProbesIT {
  private final Map<String, Long> expected = new LinkedHashMap<>();

  @AfterEach
  void deleteProbes() {
    expected.keySet().forEach(Probes::delete);
    expected.keySet().forEach(Probes::deleteAndWait);
  }

  /** Makes 40 drops over IPv4 and 24 over IPv6 in a pod of each node, at a closed port. */
  private static void drop() {
    for (var node : NODES) {
      Cluster.dropUdp(node, 40);
      Cluster.sendUdp(node, "::1", Cluster.CLOSED_PORT, 24);
    }
  }

  @Test
  void eachProbeCountsWhatItMatches() {
    probe("many-all", 64, s -> {});
    probe("many-ipv6", 24, s -> s.match.ipFamilies = List.of(IPFamily.IPv6));
    probe("many-tcp", 0, s -> s.match.protocols = List.of(Protocol.TCP));
    probe("many-cidr", 40, s -> s.match.cidrs = List.of("127.0.0.0/8"));
    probe("many-other-port", 0, s -> s.match.ports = List.of(10));
    probe("many-reason", 64, s -> s.match.reasons = List.of(Probes.NO_SOCKET, "NO_SUCH_REASON"));
    probe("many-no-reason", 0, s -> s.match.reasons = List.of("NO_SUCH_REASON"));
    probe("many-excluded", 0, s -> s.match.excludeReasons = List.of(Probes.NO_SOCKET));
    probe("many-namespace", 64, s -> s.match.namespaces = List.of("dropprobe-story"));
    probe("many-other-namespace", 0, s -> s.match.namespaces = List.of("default"));
    probe("many-stages", 64, s -> s.stages = Stages.Enabled);
    expected.keySet().forEach(Probes::awaitReady);

    drop();

    expected.forEach((name, packets) -> NODES.forEach(n -> awaitPackets(name, n, packets)));
    expected.forEach(
        (name, packets) ->
            Await.until(
                name + " has the sum of all nodes",
                () -> Probes.get(name).getStatus().packets.refused,
                sum -> sum == packets * NODES.size()));
    for (var name : List.of("many-reason", "many-no-reason")) {
      var report = Probes.report(name, NODES.get(0));
      assertEquals(ProbeState.Active, report.state);
      assertNotNull(report.message, name + " does not report the unknown reason");
      assertTrue(report.message.contains("NO_SUCH_REASON"), report.message);
    }
    stages();
  }

  private void stages() {
    for (var node : NODES) {
      var stages = Probes.report("many-stages", node).stages;
      assertEquals(11, stages.size(), "stages of " + node);
      for (StageCount stage : stages) {
        assertTrue(stage.via != StageCount.Via.None, node + " has no hook for " + stage.stage);
        assertEquals(0, stage.missed, stage.stage);
      }
    }
    Await.until(
        "the packets at udp_rcv are in the status",
        () ->
            Probes.get("many-stages").getStatus().stages.stream()
                .filter(s -> s.stage.equals("udp_rcv"))
                .mapToLong(s -> s.packets)
                .sum(),
        packets -> packets >= 40L * NODES.size());
  }

  private void probe(String name, long packets, Consumer<DropProbeSpec> change) {
    var probe = Probes.ofClosedPort(name);
    change.accept(probe.getSpec());
    Cluster.API.resource(probe).create();
    expected.put(name, packets);
  }

  private static void awaitPackets(String name, String node, long packets) {
    ProbeReport report =
        Await.until(
            "%s on %s has %d packets".formatted(name, node, packets),
            () -> Probes.report(name, node),
            r -> r != null && r.refused != null && r.refused >= packets);
    assertEquals(packets, report.refused, () -> name + " on " + node);
    assertEquals(0, report.lost + report.unclear, () -> name + " on " + node);
    DropProbe probe = Probes.get(name);
    assertEquals(probe.getMetadata().getUid(), report.uid);
  }
}
