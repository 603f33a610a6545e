// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ReasonClass;
import io.dropprobe.api.v1alpha1.ReasonCount;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class SizeBoundTest {
  static DropProbeNodeStatus report(int probes) {
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.probes = new ArrayList<>();
    for (int i = 0; i < probes; i++) {
      ProbeReport p = new ProbeReport();
      p.name = "probe-" + i;
      p.packets = 0L;
      p.reasons = new ArrayList<>();
      p.locations = new ArrayList<>();
      for (int k = 0; k < 64; k++) {
        p.reasons.add(
            new ReasonCount("REASON_".repeat(16) + k, 1000L - k, null, ReasonClass.Refused));
        p.packets += 1000L - k;
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
    assertEquals(64, s.probes.get(0).reasons.size());
  }

  @Test
  void cutListsStillSumUp() {
    DropProbeNodeStatus s = report(16);
    int before = SizeBound.size(s);
    assertTrue(before > SizeBound.BYTES, "a test that tests something: " + before);
    s = SizeBound.bounded(s);
    assertTrue(SizeBound.size(s) <= SizeBound.BYTES, SizeBound.size(s) + " bytes");
    for (ProbeReport p : s.probes) {
      assertEquals(p.packets, p.reasons.stream().mapToLong(r -> r.packets).sum());
      assertEquals("other", p.reasons.get(p.reasons.size() - 1).reason);
      assertEquals("other", p.locations.get(p.locations.size() - 1).location);
    }
  }

  @Test
  void leavesReportForMetricsComplete() {
    DropProbeNodeStatus s = report(16);
    SizeBound.bounded(s);
    assertEquals(64, s.probes.get(0).reasons.size());
    assertEquals(50, s.probes.get(0).locations.size());
  }

  @Test
  void reportOfManyProbesFits() {
    DropProbeNodeStatus s = report(64);
    s = SizeBound.bounded(s);
    assertTrue(SizeBound.size(s) <= SizeBound.BYTES, SizeBound.size(s) + " bytes");
  }
}
