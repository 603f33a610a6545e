package io.dropprobe.operator.lifecycle;

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

/** Is the operator blind? Then only a restart helps. */
@Liveness
@ApplicationScoped
public class InformerLiveness implements HealthCheck {
  /**
   * A start that has failed, as it does when the API server goes away in the middle of it, is not
   * tried again by the framework. One that goes well takes at most two minutes to fill the caches.
   */
  static final Duration START = Duration.ofMinutes(4);

  private final Operator operator;
  private final ClusterCache cluster;
  private final CacheHealth health;
  private final CacheHealth start;

  /** No call is made yet. */
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
              if (!health.lives(kind, informer.isRunning(), informer.isWatching())) {
                answer.down().withData(kind, "dead");
              }
            });
    RuntimeInfo runtime = operator.getRuntimeInfo();
    if (!start.lives("start", true, runtime.isStarted())) {
      answer.down().withData("operator", "has not started");
    }
    if (runtime.isStarted()
        && !health.lives("controllers", true, runtime.allEventSourcesAreHealthy())) {
      answer.down().withData("controllers", "dead");
    }
    return answer.build();
  }
}
