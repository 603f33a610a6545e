// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import io.dropprobe.operator.cluster.ClusterCache;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RuntimeInfo;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Fails if the operator does not see the cluster any more and must be restarted. */
@Liveness
@ApplicationScoped
public class InformerLiveness implements HealthCheck {
  /**
   * Longest time for the start. The framework does not retry a failed start, as when the API server
   * restarts during it. A successful one fills the caches within two minutes.
   */
  static final Duration START = Duration.ofMinutes(4);

  private final Operator operator;
  private final ClusterCache cluster;
  private final CacheHealth health;
  private final CacheHealth start;

  /** Makes no call yet. */
  @Inject
  public InformerLiveness(Operator operator, ClusterCache cluster, Clock clock) {
    this.operator = operator;
    this.cluster = cluster;
    this.health = new CacheHealth(clock, CacheHealth.PATIENCE);
    this.start = new CacheHealth(clock, START);
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("informers").up();
    cluster
        .informers()
        .forEach(
            (kind, informer) -> {
              if (!health.isAlive(kind, informer.isRunning(), informer.isWatching())) {
                answer.down().withData(kind, "dead");
              }
            });
    RuntimeInfo runtime = operator.getRuntimeInfo();
    if (!start.isAlive("start", true, runtime.isStarted())) {
      answer.down().withData("operator", "has not started");
    }
    if (runtime.isStarted()
        && !health.isAlive("controllers", true, runtime.allEventSourcesAreHealthy())) {
      answer.down().withData("controllers", "dead");
    }
    return answer.build();
  }
}
