// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StalenessTest {
  private static final Duration AFTER = Duration.ofMinutes(15);

  /** Whatever the node's clock says: it may be wrong. */
  @ParameterizedTest
  @CsvSource({
    "PT15M, 2026-01-01T12:00:00Z, true",
    "PT14M59S, 2026-01-01T12:00:00Z, false",
    "PT0S, 0000-01-01T00:00:00Z, false",
    "PT0S, 9999-12-31T23:59:59Z, false",
    "PT15M, 9999-12-31T23:59:59Z, true",
    "PT15M, , true",
    "PT0S, , false",
    "PT0S, 2026-01-01T12:00:00+99:99, true"
  })
  void isJudgedByTimeSinceReportChanged(Duration age, String reportedAt, boolean stale) {
    DropProbeNode report = new DropProbeNode();
    report.setStatus(new DropProbeNodeStatus());
    report.getStatus().reportedAt = reportedAt;
    assertEquals(stale, new Staleness(r -> age, AFTER).test(report));
  }
}
