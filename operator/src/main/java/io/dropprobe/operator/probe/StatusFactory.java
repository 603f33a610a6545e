package io.dropprobe.operator.probe;

import io.dropprobe.api.rules.Series;
import io.dropprobe.api.rules.Wanted;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.NodeCounts;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Problem;
import io.dropprobe.api.v1alpha1.Retired;
import io.dropprobe.operator.accounting.Contribution;
import io.dropprobe.operator.accounting.EarlierReports;
import io.dropprobe.operator.accounting.Rates;
import io.dropprobe.operator.accounting.Retirement;
import io.dropprobe.operator.accounting.Share;
import io.dropprobe.operator.cluster.NodeFacts;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.cluster.Staleness;
import io.dropprobe.operator.settings.Settings;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/**
 * The status of a DropProbe from what the nodes say: a new object with all that we own, the same
 * for the same input.
 */
final class StatusFactory {
  private static final int DEFAULT_TOP = 10;

  private final Predicate<DropProbeNode> gone;
  private final ToIntFunction<DropProbeStatus> size;
  private final String namespace;
  private final Supplier<List<Problem>> installation;

  /**
   * @param gone whether the Node of a report does not exist any more
   * @param size bytes of a status as JSON
   * @param namespace of the agents
   * @param installation problems that are no node's
   */
  StatusFactory(
      Predicate<DropProbeNode> gone,
      ToIntFunction<DropProbeStatus> size,
      String namespace,
      Supplier<List<Problem>> installation) {
    this.gone = gone;
    this.size = size;
    this.namespace = namespace;
    this.installation = installation;
  }

  /**
   * @param probe not being deleted
   * @param before the last status; null is none
   * @param settings that are in force
   */
  DropProbeStatus create(
      DropProbe probe, DropProbeStatus before, Snapshot cluster, Settings settings, Instant now) {
    DropProbeStatus old = before == null ? new DropProbeStatus() : before;
    DropProbeStatus status = new DropProbeStatus();
    status.observedGeneration = probe.getMetadata().getGeneration();
    status.series = Series.of(probe.getSpec());
    List<Share> shares =
        Share.of(
            cluster.reports().values(),
            cluster::bootIdOf,
            probe.getMetadata().getUid(),
            status.series);
    Schedule schedule = Schedule.of(probe, old, status.series, shares, now);
    status.activeSince = schedule.activeSince();
    status.expiresAt = schedule.expiresAt();
    Duration interval =
        ReportInterval.of(probe.getSpec(), cluster.agents(), settings.minReportInterval());
    status.reportInterval = Durations.format(interval);

    ProbeState wanted = Wanted.state(probe.getSpec(), Times.parseOrNull(status.expiresAt), now);
    Staleness staleness = new Staleness(now, settings.staleAfter());
    List<Verdict> verdicts =
        cluster.selectedBy(probe).stream()
            .map(n -> verdict(n, cluster, staleness, probe, wanted))
            .toList();
    status.nodes = Nodes.count(verdicts);
    status.problems = Problems.of(verdicts, installation.get());
    status.conditions = conditions(old, status, probe, wanted, now);
    fit(probe, status, totals(shares, old, status, cluster, interval, settings.staleAfter(), now));
    return status;
  }

  /**
   * The last status with the condition that says what the deletion waits for.
   *
   * @param waiting names of nodes, not empty
   */
  DropProbeStatus deleting(
      DropProbe probe, DropProbeStatus before, List<String> waiting, Instant now) {
    DropProbeStatus status = new DropProbeStatus();
    status.observedGeneration = probe.getMetadata().getGeneration();
    status.conditions =
        new ConditionSet(before.conditions, status.observedGeneration, now)
            .set(
                Conditions.Probe.READY,
                false,
                Conditions.Probe.DELETING,
                "waiting until it is out of the kernel of " + Text.some(waiting))
            .list();
    status.nodes = before.nodes;
    status.drops = before.drops;
    status.noise = before.noise;
    status.unkeyed = before.unkeyed;
    status.retired = before.retired;
    status.topReasons = before.topReasons;
    status.topNodes = before.topNodes;
    status.topWorkloads = before.topWorkloads;
    status.topLocations = before.topLocations;
    status.series = before.series;
    status.activeSince = before.activeSince;
    return status;
  }

  private Verdict verdict(
      NodeFacts node, Snapshot cluster, Staleness staleness, DropProbe probe, ProbeState wanted) {
    DropProbeNode report = cluster.reportOf(node);
    boolean stale = report != null && staleness.test(report);
    return Verdict.of(node.name(), report, stale, probe, wanted, namespace);
  }

  private Totals totals(
      List<Share> shares,
      DropProbeStatus old,
      DropProbeStatus status,
      Snapshot cluster,
      Duration interval,
      Duration staleAfter,
      Instant now) {
    Set<String> owners =
        cluster.reports().values().stream()
            .flatMap(EarlierReports::with)
            .map(Share::owner)
            .collect(Collectors.toSet());
    Retired before = Objects.equals(old.series, status.series) ? old.retired : null;
    Retired retired =
        Retirement.fold(
            before,
            shares,
            s -> gone.test(s.source()),
            s -> !now.isBefore(s.reportedAt().plus(staleAfter)),
            owners);
    List<Contribution> live = Contribution.of(Retirement.rest(shares, retired));
    retired.folded = retired.folded.isEmpty() ? null : retired.folded;
    return new Totals(
        live, retired, c -> Rates.weight(c.share().reportedAt(), now, interval, staleAfter));
  }

  /** Shortens the lists until the status is as small as it must be. */
  private void fit(DropProbe probe, DropProbeStatus status, Totals totals) {
    int top = probe.getSpec().top == null ? DEFAULT_TOP : probe.getSpec().top;
    int bound = Limits.STATUS_BYTES * Math.max(top, DEFAULT_TOP) / DEFAULT_TOP;
    do {
      totals.into(status, top);
    } while (size.applyAsInt(status) > bound && --top > 0);
  }

  private List<Condition> conditions(
      DropProbeStatus old,
      DropProbeStatus status,
      DropProbe probe,
      ProbeState wanted,
      Instant now) {
    ConditionSet set = new ConditionSet(old.conditions, status.observedGeneration, now);
    Readiness ready = Readiness.of(status.nodes, status.problems, wanted);
    set.set(Conditions.Probe.READY, ready.ready(), ready.reason(), ready.message());
    NodeCounts n = status.nodes;
    boolean degraded = n.unsupported + n.failed > 0;
    set.set(
        Conditions.Probe.DEGRADED,
        degraded,
        degraded ? Conditions.Probe.NODES_WITH_PROBLEMS : Conditions.Probe.ALL_NODES_WORK,
        degraded
            ? "%d of %d selected nodes can't count, see problems"
                .formatted(n.unsupported + n.failed, n.selected)
            : "no selected node is unsupported or failed");
    expired(set, probe, status, wanted);
    return set.list();
  }

  private static void expired(
      ConditionSet set, DropProbe probe, DropProbeStatus status, ProbeState wanted) {
    String type = Conditions.Probe.EXPIRED;
    if (wanted == ProbeState.Expired) {
      set.set(
          type,
          true,
          Conditions.Probe.DURATION_ELAPSED,
          "stopped after "
              + probe.getSpec().duration
              + "; set active to false and to true, change resetAt, or give a longer duration to count again");
    } else if (probe.getSpec().duration == null) {
      set.set(type, false, Conditions.Probe.NO_DURATION, "runs until active is false");
    } else if (wanted == ProbeState.Inactive) {
      set.set(type, false, Conditions.Probe.INACTIVE, "the duration runs while active is true");
    } else {
      set.set(type, false, Conditions.Probe.RUNNING, "stops at " + status.expiresAt);
    }
  }
}
