// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.Base;
import io.dropprobe.api.v1alpha1.DeviceErrors;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.StageCount;
import java.lang.reflect.Field;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportDiffTest {
  /** Numbers that are not counts: a change of one must be reported at once. */
  private static final List<String> STATE = List.of("observedGeneration");

  @Test
  void everyCountOfAProbeIsAChangeOfCounts() throws IllegalAccessException {
    for (Field field : ProbeReport.class.getFields()) {
      if (field.getType() == Long.class) {
        ProbeReport p = new ProbeReport();
        field.set(p, 1L);
        assertEquals(
            expected(field.getName()),
            ReportDiff.between(report(new ProbeReport()), report(p)),
            field::getName);
      }
    }
  }

  private static ReportDiff expected(String field) {
    // It grows where nothing is lost, too: no reason to write.
    if (field.equals("traffic")) {
      return ReportDiff.NONE;
    }
    return STATE.contains(field) ? ReportDiff.STATE : ReportDiff.COUNTS;
  }

  @Test
  void trafficBeforeTheEpochIsNoChange() {
    ProbeReport before = new ProbeReport();
    before.base = new Base();
    ProbeReport after = new ProbeReport();
    after.base = new Base();
    after.base.traffic = 5L;
    assertEquals(ReportDiff.NONE, ReportDiff.between(report(before), report(after)));
  }

  @Test
  void listsOfCountsAreAChangeOfCounts() {
    ProbeReport p = new ProbeReport();
    p.causes = List.of(new NodeCause());
    p.lostPerSecond = "1";
    p.refusedPerSecond = "1";
    p.lastLoss = "2026-01-01T00:00:00Z";
    p.locations = List.of(new LocationCount("f", 1L));
    p.stages = List.of(new StageCount());
    p.deviceErrors = List.of(new DeviceErrors());
    assertEquals(ReportDiff.COUNTS, ReportDiff.between(report(new ProbeReport()), report(p)));
  }

  @Test
  void otherFieldsOfAProbeAreAChangeOfState() {
    ProbeReport p = new ProbeReport();
    p.message = "m";
    assertEquals(ReportDiff.STATE, ReportDiff.between(report(new ProbeReport()), report(p)));
  }

  private static DropProbeNodeStatus report(ProbeReport p) {
    DropProbeNodeStatus status = new DropProbeNodeStatus();
    status.probes = List.of(p);
    return status;
  }
}
