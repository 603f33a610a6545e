// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Names;
import io.dropprobe.operator.canary.Canaries;
import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.cluster.ClusterEventSource;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.events.EventRecorder;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.dropprobe.operator.runtime.PassLimiter;
import io.dropprobe.operator.settings.CurrentSettings;
import io.dropprobe.operator.settings.Settings;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.javaoperatorsdk.operator.api.config.informer.Field;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.SSABasedGenericKubernetesResourceMatcher;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Picks the canaries of a module, places the agents' DaemonSet, and deletes reports that are no
 * longer needed. Its primary resource is the settings ConfigMap, so there is one object, and one
 * pass at a time.
 */
@ControllerConfiguration(
    name = "agents",
    fieldManager = Names.OPERATOR,
    generationAwareEventProcessing = false,
    informer =
        @Informer(
            comparableResourceVersions = false,
            fieldSelector = @Field(path = "metadata.name", value = Names.SETTINGS)),
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 3, timeUnit = TimeUnit.MINUTES),
    rateLimiter = PassLimiter.class)
@GradualRetry(
    maxAttempts = -1,
    initialInterval = 1000,
    intervalMultiplier = 2,
    maxInterval = 60_000)
public class AgentsReconciler implements Reconciler<ConfigMap> {
  /** In case an event was missed. */
  private static final Duration RESYNC = Duration.ofMinutes(1);

  private final ClusterCache cluster;
  private final CurrentSettings current;
  private final EventRecorder events;
  private final OperatorNamespace namespace;
  private final AgentPods pods;
  private final Canaries canaries;
  private final Time time;

  /** The last problem of the settings, so that its Event is emitted once. */
  private String lastProblem = "";

  /** Makes no call yet. */
  @Inject
  public AgentsReconciler(
      ClusterCache cluster,
      CurrentSettings current,
      EventRecorder events,
      OperatorNamespace namespace,
      AgentPods pods,
      Canaries canaries,
      Time time) {
    this.cluster = cluster;
    this.current = current;
    this.events = events;
    this.namespace = namespace;
    this.pods = pods;
    this.canaries = canaries;
    this.time = time;
  }

  @Override
  public List<EventSource<?, ConfigMap>> prepareEventSources(EventSourceContext<ConfigMap> ctx) {
    ResourceID settings = new ResourceID(Names.SETTINGS, namespace.name());
    var daemonSets =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(DaemonSet.class, ConfigMap.class)
                .withSecondaryToPrimaryMapper(d -> Set.of(settings))
                .withNamespaces(Set.of(namespace.name()))
                .withLabelSelector("app.kubernetes.io/managed-by=" + Names.OPERATOR)
                .build(),
            ctx);
    return List.of(new ClusterEventSource<>(cluster, () -> Set.of(settings)), daemonSets);
  }

  /** One pass at a time, also if the ConfigMap is created again: see {@code Passes}. */
  @Override
  public synchronized UpdateControl<ConfigMap> reconcile(ConfigMap config, Context<ConfigMap> ctx) {
    Optional<DaemonSet> actual = ctx.getSecondaryResource(DaemonSet.class);
    pods.observe(actual);
    Optional<Settings> settings = read(config);
    Snapshot snapshot = cluster.snapshot();
    Duration next = RESYNC;
    // What can't be written must not hold up the rest.
    try {
      next = shorter(RESYNC, canaries.pass(snapshot, current.get(), config));
    } finally {
      try {
        settings.ifPresent(s -> placeAgents(s, snapshot, actual, ctx));
      } finally {
        new ReportDeletion(ctx.getClient())
            .all(ReportRemoval.of(snapshot, AppliedAgents.of(actual).kept(), cluster::isDeleted));
      }
    }
    return UpdateControl.<ConfigMap>noUpdate().rescheduleAfter(next);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  /** Empty if they are invalid: the agents keep the last valid settings then. */
  private Optional<Settings> read(ConfigMap config) {
    Optional<Settings> settings = current.read(config.getData());
    emit(config, current.problem().orElse(""));
    return settings;
  }

  private void emit(ConfigMap config, String problem) {
    if (lastProblem.equals(problem)) {
      return;
    }
    lastProblem = problem;
    if (problem.isEmpty()) {
      events.normal(config, Conditions.Event.SETTINGS_ACCEPTED, "the settings are in force");
    } else {
      events.warning(config, Conditions.Problem.BAD_SETTINGS, problem);
    }
  }

  private void placeAgents(
      Settings settings, Snapshot snapshot, Optional<DaemonSet> actual, Context<ConfigMap> ctx) {
    String rest = AgentDaemonSet.digest(settings, AgentPlacement.of(snapshot, List.of()));
    KeptNodes kept =
        KeptNodes.of(KeptNodes.unclean(snapshot), AppliedAgents.of(actual), rest, time.wall());
    AgentPlacement placement = AgentPlacement.of(snapshot, kept.names());
    switch (AgentPlan.of(placement, actual.isPresent())) {
      case APPLY -> {
        var rollout =
            new AgentDaemonSet.Rollout(
                MaxUnavailable.of(snapshot, placement, actual), rest, kept.since());
        DaemonSet desired = AgentDaemonSet.desired(settings, placement, rollout, namespace.name());
        if (actual.isEmpty() || !matches(actual.get(), desired, ctx)) {
          ctx.resourceOperations().serverSideApply(desired);
        }
      }
      case DELETE -> actual.ifPresent(d -> ctx.getClient().resource(d).delete());
      case LEAVE -> {}
    }
  }

  private static boolean matches(DaemonSet actual, DaemonSet desired, Context<ConfigMap> ctx) {
    return SSABasedGenericKubernetesResourceMatcher.<DaemonSet>getInstance()
        .matches(actual, desired, ctx);
  }
}
