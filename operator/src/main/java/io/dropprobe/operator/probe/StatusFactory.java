// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.rules.ConditionSet;
import io.dropprobe.api.rules.ProbeLifetime;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Defaults;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.NodeSummary;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Problem;
import io.dropprobe.api.v1alpha1.Retired;
import io.dropprobe.operator.accounting.Contribution;
import io.dropprobe.operator.accounting.CountedContribution;
import io.dropprobe.operator.accounting.EarlierReports;
import io.dropprobe.operator.accounting.Rates;
import io.dropprobe.operator.accounting.Retirement;
import io.dropprobe.operator.accounting.Staleness;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.settings.Settings;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Computes the status of a DropProbe from the nodes' reports: a pure function of its input. */
final class StatusFactory {
  private final Predicate<DropProbeNode> deleted;
  private final Function<DropProbeNode, Duration> age;
  private final ToIntFunction<DropProbeStatus> size;
  private final String namespace;
  private final Supplier<List<Problem>> installation;
  private final Function<String, Optional<String>> trouble;
  private final Supplier<TrialBoard> trials;

  /**
   * @param deleted whether the Node of a report no longer exists
   * @param age time since a report last changed
   * @param size bytes of a status as JSON
   * @param namespace of the agents
   * @param installation problems of the installation, not of a node
   * @param trouble what keeps the agent's pod on a node from running; empty if nothing is known
   * @param trials of modules that nodes wait for
   */
  StatusFactory(
      Predicate<DropProbeNode> deleted,
      Function<DropProbeNode, Duration> age,
      ToIntFunction<DropProbeStatus> size,
      String namespace,
      Supplier<List<Problem>> installation,
      Function<String, Optional<String>> trouble,
      Supplier<TrialBoard> trials) {
    this.deleted = deleted;
    this.age = age;
    this.size = size;
    this.namespace = namespace;
    this.installation = installation;
    this.trouble = trouble;
    this.trials = trials;
  }

  /**
   * @param probe not being deleted
   * @param before the last status; null means none
   * @param settings in force
   */
  DropProbeStatus create(
      DropProbe probe,
      @Nullable DropProbeStatus before,
      Snapshot cluster,
      Settings settings,
      Instant now) {
    DropProbeStatus old = before == null ? new DropProbeStatus() : before;
    DropProbeStatus status = new DropProbeStatus();
    status.observedGeneration = probe.getMetadata().getGeneration();
    SeriesHistory history = SeriesHistory.of(probe.getSpec(), old);
    history.into(status);
    List<Contribution> contributions =
        Contribution.of(
            cluster.reports().values(),
            cluster::bootIdOf,
            age,
            probe.getMetadata().getUid(),
            history.series());
    Schedule schedule = Schedule.of(probe, old, history.series(), contributions, now);
    status.activeSince = schedule.activeSince();
    status.expiresAt = schedule.expiresAt();
    Duration interval =
        ReportInterval.of(probe.getSpec(), cluster.agents(), settings.minReportInterval());
    status.reportInterval = Durations.format(interval);

    status.suspended = suspended(settings, old);

    ProbeState enabled =
        ProbeLifetime.state(probe.getSpec(), Times.parseOrNull(status.expiresAt), now);
    ProbeState desired = settings.enabled() ? enabled : ProbeState.Removed;
    Staleness staleness = new Staleness(age, settings.staleAfter());
    ModuleWait wait = new ModuleWait(trials.get(), cluster.nodes(), now);
    List<Verdict> verdicts =
        cluster.selectedBy(probe).stream()
            .map(
                n ->
                    wait.in(
                        verdict(n, cluster, staleness, probe, history.series(), desired),
                        cluster.reportOf(n)))
            .toList();
    List<ClusterNode> pending =
        verdicts.stream()
            .filter(v -> v.kind() == Verdict.Kind.PENDING)
            .map(v -> cluster.nodes().get(v.node()))
            .toList();
    NodeSummary nodes = NodeTally.count(verdicts);
    Patience patience =
        Patience.of(old, pending, status.observedGeneration, desired, settings.staleAfter(), now);
    nodes.pendingSince = patience.pendingSince();
    List<Problem> problems = Problems.of(verdicts, installation.get());
    Problems.explain(problems, trouble);
    status.nodes = nodes;
    status.problems = problems;
    Readiness ready = Readiness.of(verdicts, nodes, problems, desired, patience);
    Degradation degraded = Degradation.of(nodes, patience);
    status.conditions = conditions(old, status, ready, degraded, probe, enabled, now);
    fit(probe, status, totals(contributions, old, status, cluster, interval, staleness));
    return status;
  }

  /**
   * Returns the last status with a condition that names the nodes that block the deletion. All else
   * stays as it was.
   *
   * @param deletion waits for at least one node
   */
  DropProbeStatus deleting(
      DropProbe probe, DropProbeStatus before, Deletion deletion, Instant now) {
    DropProbeStatus status = before.copy();
    status.observedGeneration = probe.getMetadata().getGeneration();
    status.conditions =
        new ConditionSet(before.conditions, status.observedGeneration, now)
            .set(Conditions.Probe.READY, false, Conditions.Probe.DELETING, deletion.message())
            .keepOthers()
            .list();
    return status;
  }

  /**
   * False once at the end: a server-side apply can remove only what its manager owns, and a person
   * may have written it while no operator ran.
   */
  private static @Nullable Boolean suspended(Settings settings, DropProbeStatus old) {
    if (!settings.enabled()) {
      return true;
    }
    return Boolean.TRUE.equals(old.suspended) ? false : null;
  }

  private Verdict verdict(
      ClusterNode node,
      Snapshot cluster,
      Staleness staleness,
      DropProbe probe,
      String series,
      ProbeState desired) {
    DropProbeNode report = cluster.reportOf(node);
    boolean stale = report != null && staleness.test(report);
    return Verdict.of(node, report, stale, probe, series, desired, namespace);
  }

  private Totals totals(
      List<Contribution> contributions,
      DropProbeStatus old,
      DropProbeStatus status,
      Snapshot cluster,
      Duration interval,
      Staleness staleness) {
    Set<String> keys =
        cluster.reports().values().stream()
            .flatMap(EarlierReports::with)
            .map(Contribution::foldingKey)
            .collect(Collectors.toSet());
    Retired before = Objects.equals(old.series, status.series) ? old.retired : null;
    Retired retired =
        Retirement.fold(
            before,
            contributions,
            c -> deleted.test(c.source()),
            c -> staleness.isOld(c.age()),
            keys);
    List<CountedContribution> live =
        CountedContribution.of(Retirement.rest(contributions, retired));
    if (retired.folded != null && retired.folded.isEmpty()) {
      retired.folded = null;
    }
    return new Totals(
        live, retired, c -> Rates.weight(c.contribution().age(), staleness.after(), interval));
  }

  /** Shortens the lists until the status fits into {@link Limits#STATUS_BYTES}. */
  private void fit(DropProbe probe, DropProbeStatus status, Totals totals) {
    int top = probe.getSpec().top == null ? Defaults.TOP : probe.getSpec().top;
    int bound = Limits.STATUS_BYTES * Math.max(top, Defaults.TOP) / Defaults.TOP;
    do {
      totals.into(status, top);
    } while (size.applyAsInt(status) > bound && --top > 0);
  }

  private List<Condition> conditions(
      DropProbeStatus old,
      DropProbeStatus status,
      Readiness ready,
      Degradation degraded,
      DropProbe probe,
      ProbeState enabled,
      Instant now) {
    ConditionSet set = new ConditionSet(old.conditions, status.observedGeneration, now);
    set.set(Conditions.Probe.READY, ready.ready(), ready.reason(), ready.message());
    set.set(Conditions.Probe.DEGRADED, degraded.degraded(), degraded.reason(), degraded.message());
    expired(set, probe, status, enabled);
    return set.list();
  }

  /** Also while it is suspended, the duration elapses. */
  private static void expired(
      ConditionSet set, DropProbe probe, DropProbeStatus status, ProbeState enabled) {
    String type = Conditions.Probe.EXPIRED;
    if (enabled == ProbeState.Expired) {
      set.set(
          type,
          true,
          Conditions.Probe.DURATION_ELAPSED,
          "counting stopped after "
              + probe.getSpec().duration
              + "; to resume, set spec.active to false and back to true, change spec.resetAt, or"
              + " extend spec.duration");
    } else if (probe.getSpec().duration == null) {
      set.set(
          type,
          false,
          Conditions.Probe.NO_DURATION,
          "no duration given; counting continues until spec.active is false");
    } else if (enabled == ProbeState.Inactive) {
      set.set(
          type,
          false,
          Conditions.Probe.INACTIVE,
          "the duration starts when spec.active becomes true");
    } else {
      set.set(type, false, Conditions.Probe.RUNNING, "counting stops at " + status.expiresAt);
    }
  }
}
