// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.ManualTime;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReporterTest {
  private final List<DropProbeNodeStatus> written = new ArrayList<>();
  private final Reporter reporter =
      new Reporter(
          (status, done) -> {
            written.add(status);
            done.accept(null);
          },
          new ManualTime(),
          () -> {},
          "worker-1",
          Duration.ofMinutes(5));

  /** What is cut for the API server must not disappear from /metrics. */
  @Test
  void writesTruncatedCopyAndLeavesReportUnchanged() {
    DropProbeNodeStatus report = SizeBoundTest.report(16);
    reporter.offer(report, Duration.ofSeconds(30));
    assertTrue(SizeBound.size(written.get(0)) <= SizeBound.BYTES);
    assertNotNull(written.get(0).reportedAt);
    assertEquals(64, report.probes.get(0).causes.size());
    assertNull(report.reportedAt);
  }
}
