// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import io.dropprobe.api.client.Time;
import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.runtime.LeaderElection;
import io.dropprobe.operator.runtime.OperatorStart;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/** Fails if the operator does not see the cluster any more and must be restarted. */
@Liveness
@ApplicationScoped
public class InformerLiveness implements HealthCheck {
  private final OperatorStart start;
  private final LeaderElection election;
  private final PassWatch passes;
  private final Operator operator;
  private final ClusterCache cluster;
  private final CacheHealth health;

  /** Makes no call yet. */
  @Inject
  public InformerLiveness(
      OperatorStart start,
      LeaderElection election,
      PassWatch passes,
      Operator operator,
      ClusterCache cluster,
      Time time) {
    this.start = start;
    this.election = election;
    this.passes = passes;
    this.operator = operator;
    this.cluster = cluster;
    this.health = new CacheHealth(time);
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder answer = HealthCheckResponse.named("informers").up();
    boolean started = start.isStarted();
    if (!health.isAlive("start", true, started)) {
      answer.down().withData("operator", "has not started");
    }
    if (started) {
      cluster.informers().forEach((kind, i) -> check(answer, kind, i.isRunning(), i.isWatching()));
      operator
          .getRuntimeInfo()
          .getRegisteredControllers()
          .forEach(controller -> check(answer, controller));
    }
    if (started && election.isLeading()) {
      passes
          .overdue(cluster.probes())
          .forEach(p -> answer.down().withData("DropProbe " + p, "is not reconciled any more"));
    }
    return answer.build();
  }

  private void check(HealthCheckResponseBuilder answer, RegisteredController<?> controller) {
    String name = controller.getConfiguration().getName();
    controller
        .getControllerHealthInfo()
        .informerEventSourceHealthIndicators()
        .forEach((source, informers) -> check(answer, name + "/" + source, informers));
  }

  private void check(
      HealthCheckResponseBuilder answer,
      String name,
      InformerWrappingEventSourceHealthIndicator<?> informers) {
    informers
        .informerHealthIndicators()
        .values()
        .forEach(i -> check(answer, name, i.isRunning(), i.isWatching()));
  }

  private void check(
      HealthCheckResponseBuilder answer, String informer, boolean running, boolean watching) {
    if (!health.isAlive(informer, running, watching)) {
      answer.down().withData(informer, "dead");
    }
  }
}
