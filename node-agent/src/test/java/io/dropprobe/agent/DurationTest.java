// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** End of counting by spec.duration. */
class DurationTest extends NodeTestCase {
  @Test
  void stopsWhenDurationEnds() {
    applied("a", "u1");
    node.change(
        "a",
        p -> {
          p.getSpec().duration = "1m";
          p.getStatus().expiresAt = time.wall().plusSeconds(60).toString();
        });
    node.run(Duration.ofSeconds(50));
    assertEquals(ProbeState.Active, node.state("a"));
    node.run(Duration.ofSeconds(10));
    assertEquals(List.of("a(inactive) worker-1"), kernel.summary());
    assertEquals(ProbeState.Expired, node.state("a"));
  }

  @Test
  void stopsAfterDurationWithoutOperator() {
    DropProbe probe = TestProbe.probe("a", "u1");
    tenMinutesWithoutEnd(probe);
    node.api.probes.add(probe);
    node.pass();
    node.settle();
    node.run(Duration.ofMinutes(6));
    assertEquals(ProbeState.Active, node.state("a"));
    node.start();
    node.run(Duration.ofMinutes(5));
    assertEquals(List.of("a(inactive) worker-1"), kernel.summary());
    assertEquals(ProbeState.Expired, node.state("a"));
  }

  @Test
  void durationAddedLaterRunsFromThen() {
    applied("a", "u1");
    node.run(Duration.ofMinutes(20));
    node.change("a", this::tenMinutesWithoutEnd);
    node.run(Duration.ofMinutes(9));
    assertEquals(ProbeState.Active, node.state("a"));
    node.run(Duration.ofMinutes(2));
    assertEquals(ProbeState.Expired, node.state("a"));
  }

  private void tenMinutesWithoutEnd(DropProbe p) {
    p.getSpec().duration = "10m";
    p.setStatus(new DropProbeStatus());
  }
}
