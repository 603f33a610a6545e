// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.runtime.OperatorStart;
import io.javaoperatorsdk.operator.Operator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Fails if the operator does not see the cluster any more and must be restarted. */
@Liveness
@ApplicationScoped
public class InformerLiveness implements HealthCheck {
  private final OperatorStart start;
  private final Operator operator;
  private final ClusterCache cluster;
  private final CacheHealth health;

  /** Makes no call yet. */
  @Inject
  public InformerLiveness(
      OperatorStart start, Operator operator, ClusterCache cluster, Clock clock) {
    this.start = start;
    this.operator = operator;
    this.cluster = cluster;
    this.health = new CacheHealth(clock, CacheHealth.PATIENCE);
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("informers").up();
    boolean started = start.isStarted();
    if (!health.isAlive("start", true, started)) {
      answer.down().withData("operator", "has not started");
    }
    if (started) {
      cluster
          .informers()
          .forEach(
              (kind, informer) -> {
                if (!health.isAlive(kind, informer.isRunning(), informer.isWatching())) {
                  answer.down().withData(kind, "dead");
                }
              });
      boolean watching = operator.getRuntimeInfo().allEventSourcesAreHealthy();
      if (!health.isAlive("controllers", true, watching)) {
        answer.down().withData("controllers", "dead");
      }
    }
    return answer.build();
  }
}
