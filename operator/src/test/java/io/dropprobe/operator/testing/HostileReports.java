// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.StageCount;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Reports that no agent writes; the schema accepts some of them. */
public final class HostileReports {
  /** Accepted by the format date-time. */
  public static final String NO_TIME = "2026-01-01T00:00:00+99:99";

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  /** Changes of a good report and its entry for the probe, by name. */
  public static final Map<String, BiConsumer<DropProbeNode, ProbeReport>> ALL =
      Map.ofEntries(
          Map.entry("reportedAt with an impossible offset", hostile(NO_TIME)),
          Map.entry(
              "reportedAt with ten fraction digits", hostile("2026-01-01T00:00:00.1234567890Z")),
          Map.entry("empty reportedAt", hostile("")),
          Map.entry("reportedAt of year 9998", hostile("9998-01-01T00:00:00Z")),
          Map.entry("reportedAt of year 0", hostile("0000-01-01T00:00:00Z")),
          Map.entry("since with an impossible offset", entry(p -> p.since = NO_TIME)),
          Map.entry("last with an impossible offset", entry(p -> p.lastLoss = NO_TIME)),
          Map.entry("rate with an infinite sum", entry(p -> p.lostPerSecond = "1e308")),
          Map.entry("rate of 301 characters", entry(p -> p.lostPerSecond = "1e300")),
          Map.entry("rate that is not a number", entry(p -> p.lostPerSecond = "NaN")),
          Map.entry("most packets", entry(HostileReports::mostPackets)),
          Map.entry("stages with invented names", HostileReports::stages),
          Map.entry("list entries without names", entry(HostileReports::nameless)),
          Map.entry("the probe listed twice", (r, p) -> r.getStatus().probes.add(p)),
          Map.entry("uid of another Node", (r, p) -> r.getStatus().nodeUID = "uid-good"),
          Map.entry("uid of no existing Node", (r, p) -> r.getStatus().nodeUID = "invented"),
          Map.entry("invented earlier Nodes", HostileReports::predecessors),
          Map.entry("kernel of another node", HostileReports::kernelOfGood),
          Map.entry("no module status", (r, p) -> r.getStatus().module = null),
          Map.entry("long reason", (r, p) -> longReason(r)));

  /** Changes the time of a report. */
  public static BiConsumer<DropProbeNode, ProbeReport> hostile(String reportedAt) {
    return (r, p) -> r.getStatus().reportedAt = reportedAt;
  }

  private static BiConsumer<DropProbeNode, ProbeReport> entry(Consumer<ProbeReport> change) {
    return (r, p) -> change.accept(p);
  }

  private static void mostPackets(ProbeReport p) {
    p.lost = Long.MAX_VALUE;
    p.segments = Long.MAX_VALUE;
    p.bytes = Long.MAX_VALUE;
    p.noise = Long.MAX_VALUE;
    p.unkeyed = Long.MAX_VALUE;
    p.refused = Long.MAX_VALUE;
    p.unclear = Long.MAX_VALUE;
    p.undecided = Long.MAX_VALUE;
    p.causes =
        List.of(
            new NodeCause("X", Effect.Lost, null, null, Long.MAX_VALUE, null),
            new NodeCause("Y", Effect.Lost, null, null, Long.MAX_VALUE, null));
    p.causes.get(0).perSecond = "1e308";
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

  private static void nameless(ProbeReport p) {
    p.causes = List.of(new NodeCause(null, Effect.Lost, null, null, 1L, null), new NodeCause());
    p.locations = List.of(new LocationCount());
    p.stages = List.of(new StageCount(), new StageCount());
  }

  private static void predecessors(DropProbeNode r, ProbeReport p) {
    r.getStatus().predecessors = new ArrayList<>();
    for (String uid :
        Arrays.asList("invented", "uid-good", "uid-" + r.getMetadata().getName(), null)) {
      Predecessor earlier = new Predecessor();
      earlier.nodeUID = uid;
      earlier.bootID = "boot-good";
      earlier.probes = uid == null ? null : List.of(p);
      r.getStatus().predecessors.add(earlier);
    }
  }

  private static void kernelOfGood(DropProbeNode r, ProbeReport p) {
    r.getStatus().kernel.bootID = "boot-good";
    r.getStatus().reportedAt = NOON.plusSeconds(60).toString();
    p.lost = 0L;
  }

  private HostileReports() {}

  /** A good node, two bad ones, and one probe that selects them all. */
  public static Snapshot cluster(BiConsumer<DropProbeNode, ProbeReport> change) {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setName("p");
    probe.getMetadata().setUid("u");
    probe.getMetadata().setGeneration(1L);
    Map<String, ClusterNode> nodes = new HashMap<>();
    Map<String, DropProbeNode> reports = new HashMap<>();
    for (String name : List.of("good", "bad-1", "bad-2")) {
      nodes.put(
          name,
          new ClusterNode(
              name,
              new NodeFacts("uid-" + name, Map.of("kubernetes.io/os", "linux"), List.of()),
              "boot-" + name,
              "",
              true,
              false,
              null,
              null));
      DropProbeNode r = Reports.report(name, NOON);
      r.getStatus().nodeUID = "uid-" + name;
      ProbeReport p = Reports.entry("p", "u", HostileReports::counting);
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
    p.lost = 5L;
    p.lostPerSecond = "1";
    p.since = "2026-01-01T11:00:00Z";
    p.lastLoss = "2026-01-01T11:30:00Z";
  }
}
