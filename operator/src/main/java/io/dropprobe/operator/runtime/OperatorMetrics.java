// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Metrics of reconciliations by controller: number, failures and duration. The operator SDK has its
 * own, but they do not register in this version. No tag holds an object's name, so the number of
 * time series is bounded.
 */
@ApplicationScoped
public class OperatorMetrics implements Metrics {
  private static final String CONTROLLER = "controller";

  private final MeterRegistry registry;
  private final Map<String, AtomicLong> lastSuccess = new ConcurrentHashMap<>();

  /** For the framework. */
  @Inject
  public OperatorMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void reconciliationSucceeded(HasMetadata resource, Map<String, Object> metadata) {
    String controller = controller(metadata);
    registry
        .counter("dropprobe.operator.reconciliations", CONTROLLER, controller, "result", "ok")
        .increment();
    lastSuccess
        .computeIfAbsent(
            controller,
            c ->
                registry.gauge(
                    "dropprobe.operator.last.success.timestamp.seconds",
                    Tags.of(CONTROLLER, c),
                    new AtomicLong()))
        .set(System.currentTimeMillis() / 1000);
  }

  @Override
  public void reconciliationFailed(
      HasMetadata resource, RetryInfo retry, Exception e, Map<String, Object> metadata) {
    registry
        .counter(
            "dropprobe.operator.reconciliations",
            CONTROLLER,
            controller(metadata),
            "result",
            "error")
        .increment();
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    Timer.Sample sample = Timer.start(registry);
    try {
      return execution.execute();
    } finally {
      sample.stop(
          registry.timer(
              "dropprobe.operator.reconciliation",
              CONTROLLER,
              execution.controllerName(),
              "action",
              execution.name()));
    }
  }

  private static String controller(Map<String, Object> metadata) {
    return String.valueOf(metadata.getOrDefault(Constants.CONTROLLER_NAME, "unknown"));
  }
}
