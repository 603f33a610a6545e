// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ReasonCount;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rates with a report interval of 30 seconds. */
class RatesTest {
  private static final long INTERVAL = 30_000;
  private final Rates rates = new Rates();

  private static DropProbeNodeStatus report(String series, long packets) {
    ProbeReport p = new ProbeReport();
    p.uid = "u1";
    p.epoch = "e1";
    p.series = series;
    p.packets = packets;
    p.reasons = List.of(new ReasonCount("NO_SOCKET", packets, null, null));
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.probes = List.of(p);
    return s;
  }

  private ProbeReport seen(long at, long packets) {
    return seen(at, report("s", packets));
  }

  private ProbeReport seen(long at, DropProbeNodeStatus status) {
    return rates.withRates(status, at, INTERVAL).probes.get(0);
  }

  private ProbeReport written(long at, long packets) {
    DropProbeNodeStatus s = rates.withRates(report("s", packets), at, INTERVAL);
    rates.written(s, at, INTERVAL);
    return s.probes.get(0);
  }

  @Test
  void firstReportHasNoRate() {
    assertNull(written(0, 5).perSecond);
    assertNull(seen(10_000, 5).perSecond);
    assertEquals("0", seen(20_000, 5).perSecond);
  }

  @Test
  void rateIsPacketsSinceLastWrite() {
    written(0, 5);
    assertEquals("0.3", written(30_000, 14).perSecond);
    assertEquals("2", written(60_000, 74).perSecond);
    assertEquals("2", seen(90_000, 134).reasons.get(0).perSecond);
  }

  @Test
  void earlyWriteKeepsRate() {
    written(0, 5);
    written(30_000, 65);
    assertEquals("2", written(31_000, 65).perSecond);
    assertEquals("2", written(32_000, 65).perSecond);
    assertEquals("1.967", written(60_000, 124).perSecond);
  }

  @Test
  void rateAfterQuietTimeCoversOneInterval() {
    written(0, 5);
    seen(250_000, 5);
    assertEquals("1", seen(258_000, 35).perSecond);
  }

  @Test
  void rateAfterOutageCoversOutage() {
    written(0, 5);
    assertEquals("0.1", seen(300_000, 35).perSecond);
  }

  @Test
  void otherSeriesHasNoRate() {
    written(0, 5);
    assertNull(seen(60_000, report("s2", 50)).perSecond);
  }

  @Test
  void probeOutOfKernelHasNoRate() {
    written(0, 5);
    DropProbeNodeStatus s = report("s", 5);
    s.probes.get(0).epoch = null;
    assertNull(seen(60_000, s).perSecond);
  }

  @Test
  void reasonThatMayHaveBeenInOtherHasNoRate() {
    DropProbeNodeStatus s = report("s", 5);
    s.probes.get(0).reasons = List.of(new ReasonCount("other", 5L, null, null));
    rates.written(s, 0, INTERVAL);
    ProbeReport p = seen(30_000, 35);
    assertEquals("1", p.perSecond);
    assertNull(p.reasons.get(0).perSecond);
  }

  @Test
  void leavesReportForMetricsWithoutRates() {
    written(0, 5);
    DropProbeNodeStatus s = report("s", 35);
    assertEquals("1", seen(30_000, s).perSecond);
    assertNull(s.probes.get(0).perSecond);
    assertNull(s.probes.get(0).reasons.get(0).perSecond);
  }

  @Test
  void rateIsCanonicalDecimal() {
    assertEquals("100", Rates.rate(3000, 30_000));
    assertEquals("0.033", Rates.rate(1, 30_000));
    assertEquals("0", Rates.rate(0, 30_000));
    assertEquals("12000000", Rates.rate(360_000_000, 30_000));
  }
}
