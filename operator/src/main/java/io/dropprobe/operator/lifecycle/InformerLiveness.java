package io.dropprobe.operator.lifecycle;

import io.dropprobe.operator.cluster.ClusterCache;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RuntimeInfo;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Is the operator blind? Then only a restart helps. */
@Liveness
@ApplicationScoped
public class InformerLiveness implements HealthCheck {
  private final Operator operator;
  private final ClusterCache cluster;
  private final CacheHealth health;

  /** No call is made yet. */
  @Inject
  public InformerLiveness(Operator operator, ClusterCache cluster, Clock clock) {
    this.operator = operator;
    this.cluster = cluster;
    this.health = new CacheHealth(clock);
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("informers").up();
    cluster
        .informers()
        .forEach(
            (kind, informer) -> {
              if (!health.lives(kind, informer.isRunning(), informer.isWatching())) {
                answer.down().withData(kind, "dead");
              }
            });
    RuntimeInfo runtime = operator.getRuntimeInfo();
    if (runtime.isStarted()
        && !health.lives("controllers", true, runtime.allEventSourcesAreHealthy())) {
      answer.down().withData("controllers", "dead");
    }
    return answer.build();
  }
}
