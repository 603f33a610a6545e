package io.dropprobe.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WantedTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private final DropProbe probe = new DropProbe();

  @BeforeEach
  void freshStatus() {
    probe.setStatus(new DropProbeStatus());
  }

  @Test
  void activeByDefault() {
    assertEquals(ProbeState.Active, Wanted.state(probe, NOON));
    probe.setStatus(null);
    assertEquals(ProbeState.Active, Wanted.state(probe, NOON));
  }

  @Test
  void inactiveWhenAskedForEvenWhenTheTimeIsUp() {
    probe.getSpec().active = false;
    probe.getSpec().duration = "10m";
    probe.getStatus().expiresAt = "2026-01-01T11:00:00Z";
    assertEquals(ProbeState.Inactive, Wanted.state(probe, NOON));
  }

  @Test
  void expiresAtTheSecond() {
    probe.getSpec().duration = "10m";
    probe.getStatus().expiresAt = "2026-01-01T12:00:00Z";
    assertEquals(ProbeState.Active, Wanted.state(probe, NOON.minusMillis(1)));
    assertEquals(ProbeState.Expired, Wanted.state(probe, NOON));
  }

  @Test
  void withoutDurationNothingExpires() {
    probe.getStatus().expiresAt = "2026-01-01T11:00:00Z";
    assertEquals(ProbeState.Active, Wanted.state(probe, NOON));
  }
}
