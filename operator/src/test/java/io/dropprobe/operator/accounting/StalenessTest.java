// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StalenessTest {
  private static final Staleness STALENESS =
      new Staleness(Instant.parse("2026-01-01T12:00:00Z"), Duration.ofMinutes(15));

  /** A clock that is ahead makes a report stale, but proves nothing about the lease. */
  @ParameterizedTest
  @CsvSource({
    "2026-01-01T11:45:00Z, true, true",
    "2026-01-01T11:45:01Z, false, false",
    "2026-01-01T12:15:00Z, false, false",
    "2026-01-01T12:15:01Z, true, false",
    "9999-12-31T23:59:59Z, true, false"
  })
  void distinguishesAgeFromTimeInTheFuture(String reportedAt, boolean stale, boolean old) {
    assertEquals(stale, STALENESS.test(report(reportedAt)));
    assertEquals(old, STALENESS.isOld(Instant.parse(reportedAt)));
  }

  @ParameterizedTest
  @CsvSource({", false", "2026-01-01T12:00:00+99:99, true"})
  void invalidTimeIsStaleButAbsentOneIsNot(String reportedAt, boolean stale) {
    assertEquals(stale, STALENESS.test(report(reportedAt)));
  }

  private static DropProbeNode report(String reportedAt) {
    DropProbeNode report = new DropProbeNode();
    report.setStatus(new DropProbeNodeStatus());
    report.getStatus().reportedAt = reportedAt;
    return report;
  }
}
