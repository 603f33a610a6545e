// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.Match;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SeriesTest {
  @Test
  void isStableAcrossVersionsOfTheCode() {
    // Journals on nodes hold it: another value would reset every probe to zero after an update.
    assertEquals("9fc9f2c85474f8d7", Series.ofFirstModel(new DropProbeSpec()));
    assertEquals("e3d973caafaf336e", Series.of(new DropProbeSpec(), null));
  }

  @Test
  void ignoresFieldsThatDoNotChangeWhatIsCounted() {
    DropProbeSpec a = new DropProbeSpec();
    DropProbeSpec b = new DropProbeSpec();
    b.active = false;
    b.top = 3;
    b.reportInterval = "5s";
    b.duration = "10m";
    b.nodeSelector = Map.of("zone", "a");
    b.match = new Match();
    b.match.ports = List.of();
    assertEquals(Series.of(a, null), Series.of(b, null));
  }

  @Test
  void ignoresTheOrderOfLists() {
    assertEquals(Series.of(ports(443, 80), null), Series.of(ports(80, 443), null));
  }

  @Test
  void changesWithEveryFieldOfMatch() throws IllegalAccessException {
    for (Field field : Match.class.getFields()) {
      DropProbeSpec spec = new DropProbeSpec();
      spec.match = new Match();
      field.set(spec.match, List.of("1"));
      assertNotEquals(
          Series.of(new DropProbeSpec(), null),
          Series.of(spec, null),
          () -> "spec.match." + field.getName());
    }
  }

  @Test
  void changesWithEntriesAndWithResetAt() {
    assertNotEquals(Series.of(ports(80), null), Series.of(ports(443), null));
    DropProbeSpec reset = new DropProbeSpec();
    reset.resetAt = "2026-01-01T00:00:00Z";
    assertNotEquals(Series.of(new DropProbeSpec(), null), Series.of(reset, null));
  }

  @Test
  void distinguishesReasonsFromExcludedReasons() {
    DropProbeSpec only = new DropProbeSpec();
    only.match = new Match();
    only.match.reasons = List.of("NO_SOCKET");
    DropProbeSpec but = new DropProbeSpec();
    but.match = new Match();
    but.match.excludeReasons = List.of("NO_SOCKET");
    assertNotEquals(Series.of(only, null), Series.of(but, null));
  }

  private static DropProbeSpec ports(Integer... ports) {
    DropProbeSpec spec = new DropProbeSpec();
    spec.match = new Match();
    spec.match.ports = List.of(ports);
    return spec;
  }

  @Test
  void isAnotherOneAfterEachReturn() {
    DropProbe probe = new DropProbe();
    String first = Series.of(probe);
    probe.setStatus(new DropProbeStatus());
    assertEquals(first, Series.of(probe));
    probe.getStatus().returns = 1;
    String second = Series.of(probe);
    assertNotEquals(first, second);
    probe.getStatus().returns = 2;
    assertNotEquals(second, Series.of(probe));
  }
}
