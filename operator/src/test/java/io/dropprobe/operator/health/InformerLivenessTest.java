// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.runtime.OperatorStart;
import io.dropprobe.operator.testing.TestClock;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

class InformerLivenessTest {
  private final TestClock clock = new TestClock();

  @Test
  void isDownIfTheOperatorHasNotStartedForTenMinutes() {
    InformerLiveness liveness =
        new InformerLiveness(
            new OperatorStart(null, null),
            null,
            new PassWatch(clock),
            null,
            new ClusterCache(null, clock),
            clock);
    assertEquals(
        HealthCheckResponse.Status.UP, liveness.call().getStatus(), "the operator is starting");

    clock.passes(CacheHealth.PATIENCE.minusSeconds(1));
    assertEquals(
        HealthCheckResponse.Status.UP, liveness.call().getStatus(), "the start may be slow");
    clock.passes(Duration.ofSeconds(1));
    assertEquals(HealthCheckResponse.Status.DOWN, liveness.call().getStatus());
  }
}
