// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.Direction;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SizeBoundTest {
  static DropProbeNodeStatus report(int probes) {
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.probes = new ArrayList<>();
    for (int i = 0; i < probes; i++) {
      ProbeReport p = new ProbeReport();
      p.name = "probe-" + i;
      p.assign(Counters.ZERO);
      p.causes = new ArrayList<>();
      p.locations = new ArrayList<>();
      for (int k = 0; k < 64; k++) {
        long packets = 1000 - k;
        DropClass dropClass = DropClass.values()[k % DropClass.values().length];
        p.causes.add(
            new NodeCause(
                "REASON_".repeat(16) + "@" + "function".repeat(15) + k,
                dropClass.effect(),
                dropClass,
                "function".repeat(15) + k,
                packets,
                Direction.Unknown));
        p.assign(p.counters().plus(Counters.only(dropClass.effect(), packets)));
      }
      for (int k = 0; k < 50; k++) {
        p.locations.add(new LocationCount("location".repeat(15) + k, 1000L - k));
      }
      s.probes.add(p);
    }
    return s;
  }

  @Test
  void smallReportIsNotCut() {
    DropProbeNodeStatus s = report(1);
    s = SizeBound.bounded(s);
    assertEquals(64, s.probes.get(0).causes.size());
  }

  @Test
  void cutListsStillSumUp() {
    DropProbeNodeStatus s = report(16);
    int before = SizeBound.size(s);
    assertTrue(before > SizeBound.BYTES, "a test that tests something: " + before);
    s = SizeBound.bounded(s);
    assertTrue(SizeBound.size(s) <= SizeBound.BYTES, SizeBound.size(s) + " bytes");
    for (ProbeReport p : s.probes) {
      for (Effect effect : Effect.values()) {
        List<NodeCause> same = p.causes.stream().filter(c -> c.effect == effect).toList();
        assertEquals(p.counters().of(effect), same.stream().mapToLong(c -> c.packets).sum());
        assertEquals("other", same.get(same.size() - 1).cause);
      }
      assertEquals("other", p.locations.get(p.locations.size() - 1).location);
    }
  }

  @Test
  void cutsOffNoiseBeforeLosses() {
    List<NodeCause> causes =
        List.of(cause("N1", DropClass.Close, 1000), cause("L1", DropClass.Congestion, 1));
    List<NodeCause> cut =
        CauseLists.cut(
            causes, Counters.onlyLost(1, 1, 100).plus(Counters.only(Effect.Noise, 1000)), 1);
    assertEquals(List.of("L1", "other"), cut.stream().map(c -> c.cause).toList());
    assertEquals(Effect.Noise, cut.get(1).effect);
  }

  private static NodeCause cause(String name, DropClass of, long packets) {
    return new NodeCause(name, of.effect(), of, null, packets, Direction.In);
  }

  @Test
  void leavesReportForMetricsComplete() {
    DropProbeNodeStatus s = report(16);
    SizeBound.bounded(s);
    assertEquals(64, s.probes.get(0).causes.size());
    assertEquals(50, s.probes.get(0).locations.size());
  }

  @Test
  void reportOfManyProbesFits() {
    DropProbeNodeStatus s = report(64);
    s = SizeBound.bounded(s);
    assertTrue(SizeBound.size(s) <= SizeBound.BYTES, SizeBound.size(s) + " bytes");
  }
}
