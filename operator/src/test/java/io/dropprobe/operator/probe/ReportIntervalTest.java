// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportIntervalTest {
  /** An agent that reports less often than the status says would look late. */
  @ParameterizedTest
  @CsvSource({
    "30s, 3, 10s, 30s",
    ", 3, 10s, 30s",
    "5s, 3, 10s, 10s",
    "5s, 3, 1s, 5s",
    "5s, 250, 1s, 5s",
    "5s, 251, 1s, 6s",
    "5s, 5000, 10s, 100s",
    "1h, 1000, 10s, 1h"
  })
  void isThatOfSpecUnlessSettingsOrClusterSizeRequireLonger(
      String asked, int agents, String floor, String inForce) {
    DropProbeSpec spec = new DropProbeSpec();
    spec.reportInterval = asked;
    assertEquals(Durations.parse(inForce), ReportInterval.of(spec, agents, Durations.parse(floor)));
  }
}
