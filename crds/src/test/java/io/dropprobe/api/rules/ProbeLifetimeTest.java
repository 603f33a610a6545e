// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProbeLifetimeTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant BEGIN = Instant.parse("2026-01-01T11:30:00Z");
  private final DropProbe probe = new DropProbe();

  @BeforeEach
  void freshStatus() {
    probe.setStatus(new DropProbeStatus());
  }

  @Test
  void isActiveByDefault() {
    assertEquals(ProbeState.Active, state(NOON));
    probe.setStatus(null);
    assertEquals(ProbeState.Active, state(NOON));
  }

  @Test
  void isInactiveEvenAfterItsDuration() {
    probe.getSpec().active = false;
    probe.getSpec().duration = "10m";
    probe.getStatus().expiresAt = "2026-01-01T11:00:00Z";
    assertEquals(ProbeState.Inactive, state(NOON));
  }

  @Test
  void expiresExactlyAtExpiresAt() {
    probe.getSpec().duration = "10m";
    probe.getStatus().expiresAt = "2026-01-01T12:00:00Z";
    assertEquals(ProbeState.Active, state(NOON.minusMillis(1)));
    assertEquals(ProbeState.Expired, state(NOON));
  }

  @Test
  void neverExpiresWithoutDuration() {
    probe.getStatus().expiresAt = "2026-01-01T11:00:00Z";
    assertEquals(ProbeState.Active, state(NOON));
  }

  @Test
  void expiresAfterItsDurationIfExpiresAtIsNotWritten() {
    probe.getSpec().duration = "10m";
    assertEquals(ProbeState.Active, state(BEGIN.plusSeconds(599)));
    assertEquals(ProbeState.Expired, state(BEGIN.plusSeconds(600)));
    probe.getStatus().expiresAt = "2026-01-01T00:00:00+99:99";
    assertEquals(ProbeState.Expired, state(BEGIN.plusSeconds(600)));
    probe.setStatus(null);
    assertEquals(ProbeState.Expired, state(BEGIN.plusSeconds(600)));
  }

  private ProbeState state(Instant now) {
    return ProbeLifetime.state(probe.getSpec(), ProbeLifetime.end(probe, BEGIN), now);
  }
}
