// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.operator.accounting.Staleness;
import io.dropprobe.operator.agents.AgentPods;
import io.dropprobe.operator.canary.Canaries;
import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.cluster.ClusterEventSource;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.events.EventRecorder;
import io.dropprobe.operator.health.PassWatch;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.dropprobe.operator.runtime.PassLimiter;
import io.dropprobe.operator.settings.CurrentSettings;
import io.dropprobe.operator.settings.Settings;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Sums the nodes' reports into the status of a DropProbe, and blocks its deletion until the nodes
 * have removed the probe from their kernels. It writes nothing for the agents: they watch the
 * DropProbes themselves.
 *
 * <p>comparableResourceVersions is off because with it a change of the spec just before a status
 * patch can be lost (java-operator-sdk issue 3398).
 */
@ControllerConfiguration(
    name = "dropprobe",
    finalizerName = Names.FINALIZER,
    fieldManager = Names.OPERATOR,
    informer = @Informer(comparableResourceVersions = false),
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES),
    rateLimiter = PassLimiter.class)
@GradualRetry(
    maxAttempts = -1,
    initialInterval = 1000,
    intervalMultiplier = 2,
    maxInterval = 60_000)
public class DropProbeReconciler implements Reconciler<DropProbe>, Cleaner<DropProbe> {
  /** Rates decay and reports become stale without an event. */
  private static final Duration RESYNC = Duration.ofSeconds(30);

  private static final Duration SOON = Duration.ofSeconds(1);

  private final ClusterCache cluster;
  private final StatusWriter statuses;
  private final StatusFactory factory;
  private final ProbeEvents events;
  private final CurrentSettings settings;
  private final Canaries canaries;
  private final Time time;
  private final Map<String, WritePace> paces = new ConcurrentHashMap<>();
  private final Passes passes = new Passes();
  private final PassWatch watch;

  /** Makes no call yet. */
  @Inject
  public DropProbeReconciler(
      ClusterCache cluster,
      StatusWriter statuses,
      EventRecorder events,
      CurrentSettings settings,
      OperatorNamespace namespace,
      AgentPods agents,
      Canaries canaries,
      PassWatch watch,
      Time time) {
    this.cluster = cluster;
    this.statuses = statuses;
    this.factory =
        new StatusFactory(
            cluster::isDeleted,
            cluster::age,
            statuses::size,
            namespace.name(),
            () -> InstallationProblems.of(settings.problem(), agents.problem()),
            node -> agents.trouble(node),
            () -> canaries.board());
    this.canaries = canaries;
    this.events = new ProbeEvents(events);
    this.settings = settings;
    this.time = time;
    this.watch = watch;
  }

  @Override
  public List<EventSource<?, DropProbe>> prepareEventSources(EventSourceContext<DropProbe> ctx) {
    ClusterEventSource<DropProbe> all =
        new ClusterEventSource<>(
            cluster,
            () ->
                ctx.getPrimaryCache()
                    .list()
                    .map(ResourceID::fromResource)
                    .collect(Collectors.toSet()));
    settings.onChange(all::trigger);
    canaries.onChange(all::trigger);
    return List.of(all);
  }

  @Override
  public UpdateControl<DropProbe> reconcile(DropProbe probe, Context<DropProbe> ctx) {
    return UpdateControl.<DropProbe>noUpdate().rescheduleAfter(pass(probe, () -> update(probe)));
  }

  /** Runs a pass if the settings are known and no other runs; returns the time until the next. */
  private Duration pass(DropProbe probe, Supplier<Duration> work) {
    try {
      return settings.known() ? passes.run(probe.getMetadata().getUid(), SOON, work) : SOON;
    } finally {
      watch.passed(probe);
    }
  }

  /**
   * Writes the status if it is due.
   *
   * @return time until the next pass
   */
  private Duration update(DropProbe probe) {
    Instant wall = time.wall();
    Snapshot snapshot = cluster.snapshot();
    DropProbeStatus before = statuses.current(probe);
    // After a start with settings that can't be read, what was suspended stays so.
    boolean enabled = settings.enabled().orElse(!Boolean.TRUE.equals(before.suspended));
    Settings now = settings.get().withEnabled(enabled);
    DropProbeStatus after = factory.create(probe, before, snapshot, now, wall);
    Duration interval = WritePace.interval(snapshot.agents(), now.minReportInterval());
    Duration wait = write(probe, before, after, interval);
    return next(after, wait, wall);
  }

  /**
   * Writes the status if it has changed and the pace allows it.
   *
   * @return how long the write has to wait; zero if there is nothing left to write
   */
  private Duration write(
      DropProbe probe, DropProbeStatus before, DropProbeStatus after, Duration interval) {
    StatusChange change = new StatusChange(before, after);
    if (change.none()) {
      return Duration.ZERO;
    }
    String uid = probe.getMetadata().getUid();
    WritePace pace = paces.getOrDefault(uid, WritePace.FRESH);
    Duration delay = pace.delay(time.millis(), interval, change.urgent());
    if (delay.isZero()) {
      try {
        statuses.write(probe, after);
      } catch (RuntimeException e) {
        paces.put(uid, pace.failed(time.millis()));
        throw e;
      }
      paces.put(uid, pace.written(time.millis(), interval));
      events.changed(probe, change);
    }
    return delay;
  }

  private static Duration next(DropProbeStatus status, Duration wait, Instant now) {
    Duration next = wait.isZero() ? RESYNC : wait;
    if (status.expiresAt != null) {
      Duration untilEnd = Duration.between(now, Times.parse(status.expiresAt));
      if (!untilEnd.isNegative() && untilEnd.compareTo(next) < 0) {
        next = untilEnd;
      }
    }
    return next.plusMillis(1);
  }

  @Override
  public DeleteControl cleanup(DropProbe probe, Context<DropProbe> ctx) {
    Duration next = pass(probe, () -> delete(probe, new FinalizerRemoval(ctx.getClient())));
    return DeleteControl.noFinalizerRemoval().rescheduleAfter(next.toMillis());
  }

  /**
   * Deletes it, or writes which nodes it waits for.
   *
   * @return time until the next pass. It is short after the deletion, too: if there is another
   *     DropProbe of that name, the end of this pass cancels its timer
   */
  private Duration delete(DropProbe probe, FinalizerRemoval removal) {
    Staleness staleness = new Staleness(cluster::age, settings.get().staleAfter());
    Deletion deletion =
        Deletion.of(probe, cluster.snapshot(), staleness, cluster::isDeleted, time.wall());
    if (!deletion.waiting().isEmpty()) {
      writeWaiting(probe, deletion);
      return RESYNC;
    }
    statuses.forget(probe);
    paces.remove(probe.getMetadata().getUid());
    removal
        .live(probe)
        .ifPresent(
            live -> {
              events.deleted(probe, deletion);
              removal.of(live);
            });
    return SOON;
  }

  private void writeWaiting(DropProbe probe, Deletion deletion) {
    DropProbeStatus before = statuses.current(probe);
    DropProbeStatus after = factory.deleting(probe, before, deletion, time.wall());
    if (!new StatusChange(before, after).none()) {
      statuses.write(probe, after);
    }
  }
}
