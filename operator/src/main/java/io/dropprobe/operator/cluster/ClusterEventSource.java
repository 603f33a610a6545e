// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Triggers a reconciler after every change in the cluster that can matter. Which change it was
 * makes no difference: every pass reconciles everything.
 *
 * @param <P> the reconciler's primary resource
 */
public final class ClusterEventSource<P extends HasMetadata> extends SimpleInboundEventSource<P> {
  private static final Logger LOG = Logger.getLogger(ClusterEventSource.class);

  /**
   * Longest time between two passes. The framework schedules passes by {@link java.util.Timer},
   * which measures by the time of day: after a step of the clock by an hour back they are an hour
   * late.
   */
  private static final Duration TICK = Duration.ofMinutes(1);

  private final ClusterCache cluster;
  private final Supplier<Set<ResourceID>> affected;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(ClusterEventSource::daemon);

  /**
   * @param affected the primary resources to reconcile
   */
  public ClusterEventSource(ClusterCache cluster, Supplier<Set<ResourceID>> affected) {
    super("cluster");
    this.cluster = cluster;
    this.affected = affected;
    cluster.onChange(this::trigger);
  }

  @Override
  public void start() {
    super.start();
    cluster.start();
    timer.scheduleWithFixedDelay(this::tick, TICK.toSeconds(), TICK.toSeconds(), TimeUnit.SECONDS);
  }

  /** An exception would end the timer. */
  private void tick() {
    try {
      trigger();
    } catch (RuntimeException e) {
      LOG.warn("can't start the regular passes; trying again in a minute", e);
    }
  }

  @Override
  public void stop() {
    timer.shutdownNow();
    super.stop();
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "cluster-tick");
    thread.setDaemon(true);
    return thread;
  }

  /** Reconciles the affected resources soon. */
  public void trigger() {
    if (isRunning()) {
      affected.get().forEach(this::propagateEvent);
    }
  }
}
