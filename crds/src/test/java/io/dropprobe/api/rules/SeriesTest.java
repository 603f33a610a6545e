package io.dropprobe.api.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.Protocol;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SeriesTest {
  @Test
  void isTheSameInEveryVersionOfTheCode() {
    // Written into journals on nodes: another value would start every probe at zero after an
    // update.
    assertEquals("9fc9f2c85474f8d7", Series.of(new DropProbeSpec()));
  }

  @Test
  void whatDoesNotChangeWhatIsCountedDoesNotChangeIt() {
    DropProbeSpec a = new DropProbeSpec();
    DropProbeSpec b = new DropProbeSpec();
    b.active = false;
    b.top = 3;
    b.reportInterval = "5s";
    b.duration = "10m";
    b.nodeSelector = Map.of("zone", "a");
    b.match = new Match();
    b.match.ports = List.of();
    assertEquals(Series.of(a), Series.of(b));
  }

  @Test
  void orderOfListsMakesNoDifference() {
    assertEquals(Series.of(ports(443, 80)), Series.of(ports(80, 443)));
  }

  @Test
  void anotherMatchOrResetIsAnotherSeries() {
    DropProbeSpec none = new DropProbeSpec();
    assertNotEquals(Series.of(none), Series.of(ports(80)));
    assertNotEquals(Series.of(ports(80)), Series.of(ports(443)));
    DropProbeSpec protocol = new DropProbeSpec();
    protocol.match = new Match();
    protocol.match.protocols = List.of(Protocol.TCP);
    assertNotEquals(Series.of(none), Series.of(protocol));
    DropProbeSpec reset = new DropProbeSpec();
    reset.resetAt = "2026-01-01T00:00:00Z";
    assertNotEquals(Series.of(none), Series.of(reset));
  }

  @Test
  void theSameNameAsOnlyAndAsExcludedReasonAreTwoThings() {
    DropProbeSpec only = new DropProbeSpec();
    only.match = new Match();
    only.match.reasons = List.of("NO_SOCKET");
    DropProbeSpec but = new DropProbeSpec();
    but.match = new Match();
    but.match.excludeReasons = List.of("NO_SOCKET");
    assertNotEquals(Series.of(only), Series.of(but));
  }

  private static DropProbeSpec ports(Integer... ports) {
    DropProbeSpec spec = new DropProbeSpec();
    spec.match = new Match();
    spec.match.ports = List.of(ports);
    return spec;
  }
}
