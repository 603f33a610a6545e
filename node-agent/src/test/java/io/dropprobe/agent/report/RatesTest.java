// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.Direction;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
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
    p.lost = packets;
    p.causes = List.of(cause("FULL", DropClass.Congestion, packets));
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.probes = List.of(p);
    return s;
  }

  private static NodeCause cause(String name, DropClass dropClass, long packets) {
    return new NodeCause(name, dropClass.effect(), dropClass, null, packets, Direction.In);
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
    assertNull(written(0, 5).lostPerSecond);
    assertNull(seen(10_000, 5).lostPerSecond);
    assertEquals("0", seen(20_000, 5).lostPerSecond);
  }

  @Test
  void rateIsPacketsSinceLastWrite() {
    written(0, 5);
    assertEquals("0.3", written(30_000, 14).lostPerSecond);
    assertEquals("2", written(60_000, 74).lostPerSecond);
    assertEquals("2", seen(90_000, 134).causes.get(0).perSecond);
  }

  @Test
  void earlyWriteKeepsRate() {
    written(0, 5);
    written(30_000, 65);
    assertEquals("2", written(31_000, 65).lostPerSecond);
    assertEquals("2", written(32_000, 65).lostPerSecond);
    assertEquals("1.967", written(60_000, 124).lostPerSecond);
  }

  @Test
  void rateAfterQuietTimeCoversOneInterval() {
    written(0, 5);
    seen(250_000, 5);
    assertEquals("1", seen(258_000, 35).lostPerSecond);
  }

  @Test
  void rateAfterOutageCoversOutage() {
    written(0, 5);
    assertEquals("0.1", seen(300_000, 35).lostPerSecond);
  }

  @Test
  void otherSeriesHasNoRate() {
    written(0, 5);
    assertNull(seen(60_000, report("s2", 50)).lostPerSecond);
  }

  @Test
  void probeOutOfKernelHasNoRate() {
    written(0, 5);
    DropProbeNodeStatus s = report("s", 5);
    s.probes.get(0).epoch = null;
    assertNull(seen(60_000, s).lostPerSecond);
  }

  @Test
  void causeThatMayHaveBeenInOtherHasNoRate() {
    DropProbeNodeStatus s = report("s", 5);
    s.probes.get(0).causes = List.of(new NodeCause("other", Effect.Lost, null, null, 5L, null));
    rates.written(s, 0, INTERVAL);
    ProbeReport p = seen(30_000, 35);
    assertEquals("1", p.lostPerSecond);
    assertNull(p.causes.get(0).perSecond);
  }

  @Test
  void restHasNoRateWhenACauseHasMovedIntoIt() {
    DropProbeNodeStatus s = report("s", 110);
    NodeCause other = new NodeCause("other", Effect.Lost, null, null, 10L, null);
    s.probes.get(0).causes = List.of(cause("FULL", DropClass.Congestion, 100), other);
    rates.written(s, 0, INTERVAL);
    s = report("s", 230);
    other = new NodeCause("other", Effect.Lost, null, null, 110L, null);
    s.probes.get(0).causes = List.of(cause("MORE", DropClass.Resource, 120), other);
    ProbeReport p = seen(30_000, s);
    assertEquals("4", p.lostPerSecond);
    assertNull(p.causes.get(0).perSecond, "it may have been in the rest");
    assertNull(p.causes.get(1).perSecond, "not the packets that the rest has taken over");
  }

  @Test
  void lostAndRefusedPacketsHaveRatesOfTheirOwn() {
    rates.written(both(5, 10), 0, INTERVAL);
    ProbeReport p = seen(30_000, both(35, 100));
    assertEquals("1", p.lostPerSecond);
    assertEquals("3", p.refusedPerSecond);
    assertEquals("1", p.causes.get(0).perSecond);
    assertEquals("3", p.causes.get(1).perSecond);
    assertNull(p.causes.get(2).perSecond, "noise has no rate");
  }

  private static DropProbeNodeStatus both(long lost, long refused) {
    DropProbeNodeStatus s = report("s", lost);
    ProbeReport p = s.probes.get(0);
    p.refused = refused;
    p.noise = 7L;
    p.causes =
        List.of(
            cause("FULL", DropClass.Congestion, lost),
            cause("CLOSED", DropClass.ClosedPort, refused),
            cause("PURGE", DropClass.Close, 7));
    return s;
  }

  /** Packets that wait for a counter are reported one pass after they were freed. */
  @Test
  void rateAfterNumberThatWaitedCoversTimeSinceItWasRead() {
    written(0, 5);
    assertEquals("0", written(30_000, 5).lostPerSecond);
    seen(55_000, 5);
    assertEquals("2", seen(60_000, 65).lostPerSecond, "not 60 packets in 5 seconds");
  }

  @Test
  void leavesReportForMetricsWithoutRates() {
    written(0, 5);
    DropProbeNodeStatus s = report("s", 35);
    assertEquals("1", seen(30_000, s).lostPerSecond);
    assertNull(s.probes.get(0).lostPerSecond);
    assertNull(s.probes.get(0).causes.get(0).perSecond);
  }

  @Test
  void rateIsCanonicalDecimal() {
    assertEquals("100", Rates.rate(3000, 30_000));
    assertEquals("0.033", Rates.rate(1, 30_000));
    assertEquals("0", Rates.rate(0, 30_000));
    assertEquals("12000000", Rates.rate(360_000_000, 30_000));
  }
}
