// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import io.dropprobe.operator.runtime.OperatorStart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Succeeds when the operator has started. It may still wait for the leader lease. It replaces the
 * extension's check, which blocks a thread for each probe during the start.
 */
@Readiness
@ApplicationScoped
public class OperatorReadiness implements HealthCheck {
  private final OperatorStart start;

  /** Makes no call yet. */
  @Inject
  public OperatorReadiness(OperatorStart start) {
    this.start = start;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("started").status(start.isStarted()).build();
  }
}
