// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.rules.Folding;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Conditions.Problem;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.accounting.Contribution;
import io.dropprobe.operator.cluster.ClusterNode;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of one probe on one selected node, and why.
 *
 * @param node name
 * @param reason null means that there is no problem
 * @param message null means that there is no problem; otherwise what happened, and the next step
 * @param waits whether the node waits until a module is proven
 */
record Verdict(
    String node, Kind kind, @Nullable String reason, @Nullable String message, boolean waits) {
  Verdict(String node, Kind kind, @Nullable String reason, @Nullable String message) {
    this(node, kind, reason, message, false);
  }

  /** Every selected node is of exactly one kind. */
  enum Kind {
    ACTIVE,
    INACTIVE,
    PENDING,
    UNSUPPORTED,
    FAILED,
    SHARED_KERNEL,
    STALE
  }

  /**
   * Judges a selected node.
   *
   * @param report null means that there is none
   * @param stale whether the report is too old to describe the present
   * @param series of the probe that is current
   * @param desired the state that the DropProbe asks for; Removed while the setting {@code enabled}
   *     is false
   * @param namespace of the agents, for the next step
   */
  static Verdict of(
      ClusterNode of,
      @Nullable DropProbeNode report,
      boolean stale,
      DropProbe probe,
      String series,
      ProbeState desired,
      String namespace) {
    String node = of.name();
    boolean ready = of.ready();
    if (of.obstacle() != null) {
      return new Verdict(node, Kind.UNSUPPORTED, of.obstacle().reason(), of.obstacle().message());
    }
    if (report == null || report.getStatus() == null || report.getStatus().reportedAt == null) {
      return ready
          ? pending(
              node,
              Problem.AGENT_NOT_REPORTING,
              "the agent has not reported yet; " + look(node, namespace))
          : notReady(node, Kind.PENDING, "the agent has not reported yet");
    }
    if (Times.parseOrNull(report.getStatus().reportedAt) == null) {
      return new Verdict(
          node,
          Kind.FAILED,
          Problem.REPORT_INVALID,
          "reportedAt '%s' is not a time; run kubectl delete dpnode %s, and the agent writes a new report"
              .formatted(report.getStatus().reportedAt, node));
    }
    if (stale) {
      String last = "last report at " + report.getStatus().reportedAt;
      return ready
          ? new Verdict(node, Kind.STALE, Problem.REPORT_STALE, last + "; " + look(node, namespace))
          : notReady(node, Kind.STALE, last);
    }
    Verdict verdict = ofReport(node, report, probe, series, desired);
    return verdict.kind == Kind.PENDING && !ready
        ? notReady(node, Kind.PENDING, verdict.message)
        : verdict;
  }

  /** Whether Ready waits for this node: it is pending, and Kubernetes calls it Ready. */
  boolean isAwaited() {
    return kind == Kind.PENDING && !Problem.NODE_NOT_READY.equals(reason);
  }

  private static Verdict ofReport(
      String node, DropProbeNode report, DropProbe probe, String series, ProbeState desired) {
    DropProbeNodeStatus status = report.getStatus();
    ModuleState module = status.module == null ? null : status.module.state;
    if (module == ModuleState.Unsupported || module == ModuleState.Failed) {
      return broken(
          node,
          status,
          module == ModuleState.Failed ? Kind.FAILED : Kind.UNSUPPORTED,
          module.name());
    }
    Optional<ProbeReport> entry =
        Contribution.entries(report, probe.getMetadata().getUid()).findFirst();
    if (desired == ProbeState.Removed) {
      return entry
          .filter(p -> p.state != ProbeState.Removed)
          .map(p -> notRemoved(node, p))
          .orElseGet(() -> removed(node, status));
    }
    return entry
        .filter(p -> isCurrent(p, probe, series))
        .map(p -> ofEntry(node, status, p, desired))
        .orElseGet(() -> notYet(node, status));
  }

  private static Verdict removed(String node, DropProbeNodeStatus status) {
    ModuleState module = status.module == null ? null : status.module.state;
    if (module == null || module == ModuleState.Absent) {
      return new Verdict(node, Kind.INACTIVE, null, null);
    }
    return firstFalse(status, Conditions.Node.IN_ORDER)
        .map(c -> new Verdict(node, Kind.INACTIVE, c.getReason(), c.getMessage()))
        .orElseGet(() -> pending(node, Problem.NOT_YET_REPORTED, "the module is not unloaded yet"));
  }

  private static Verdict notRemoved(String node, ProbeReport p) {
    return Conditions.Node.REMOVE_FAILED.equals(p.reason)
        ? new Verdict(node, Kind.FAILED, p.reason, p.message)
        : pending(
            node,
            Problem.NOT_YET_REPORTED,
            "state is %s, should become %s".formatted(p.state, ProbeState.Removed));
  }

  private static boolean isCurrent(ProbeReport p, DropProbe probe, String series) {
    Long generation = probe.getMetadata().getGeneration();
    boolean actedOn =
        generation == null || (p.observedGeneration != null && p.observedGeneration >= generation);
    return actedOn && Folding.isOfSeries(p, series);
  }

  private static Verdict ofEntry(
      String node, DropProbeNodeStatus status, ProbeReport p, ProbeState desired) {
    if (p.state == ProbeState.OwnedElsewhere) {
      return new Verdict(node, Kind.SHARED_KERNEL, null, null);
    }
    if (p.state == ProbeState.Failed && !Conditions.Node.AWAITING_CANARY.equals(p.reason)) {
      return p.reason != null
          ? new Verdict(node, Kind.FAILED, p.reason, p.message)
          : broken(node, status, Kind.FAILED, Conditions.Node.PROBE_FAILED);
    }
    if (p.state == desired) {
      Kind kind = desired == ProbeState.Active ? Kind.ACTIVE : Kind.INACTIVE;
      return p.message != null
          ? new Verdict(node, kind, reasonOfNote(p), p.message)
          : firstFalse(status, Conditions.Node.NOTES)
              .filter(c -> Conditions.Node.NOTE_REASONS.contains(c.getReason()))
              .map(c -> new Verdict(node, kind, c.getReason(), c.getMessage()))
              .orElseGet(() -> new Verdict(node, kind, null, null));
    }
    return pending(
        node, Problem.NOT_YET_REPORTED, "state is " + p.state + ", should become " + desired);
  }

  /** The reason for the message of a probe that is in its desired state. */
  private static String reasonOfNote(ProbeReport p) {
    return p.reason != null && Conditions.Node.INCOMPLETE.contains(p.reason)
        ? p.reason
        : Problem.SPEC_WITHOUT_EFFECT;
  }

  /** Pending; if a condition says what the node waits for, this is the reason. */
  private static Verdict notYet(String node, DropProbeNodeStatus status) {
    return firstFalse(status, Conditions.Node.IN_ORDER)
        .map(c -> pending(node, c.getReason(), c.getMessage()))
        .orElseGet(
            () ->
                pending(
                    node,
                    Problem.NOT_YET_REPORTED,
                    "the agent has not applied this generation yet"));
  }

  private static Verdict broken(
      String node, DropProbeNodeStatus status, Kind kind, String otherwise) {
    return firstFalse(status, Conditions.Node.IN_ORDER)
        .map(c -> new Verdict(node, kind, c.getReason(), c.getMessage()))
        .orElseGet(
            () ->
                new Verdict(
                    node,
                    kind,
                    otherwise,
                    "the report gives no reason; see kubectl describe dpnode " + node));
  }

  private static Optional<Condition> firstFalse(DropProbeNodeStatus status, List<String> order) {
    if (status.conditions == null) {
      return Optional.empty();
    }
    return status.conditions.stream()
        .filter(c -> "False".equals(c.getStatus()) && order.contains(c.getType()))
        .min(Comparator.comparingInt(c -> order.indexOf(c.getType())));
  }

  private static Verdict notReady(String node, Kind kind, @Nullable String what) {
    return new Verdict(
        node,
        kind,
        Problem.NODE_NOT_READY,
        "the node is NotReady (%s); see kubectl describe node %s".formatted(what, node));
  }

  private static Verdict pending(String node, String reason, String message) {
    return new Verdict(node, Kind.PENDING, reason, message);
  }

  private static String look(String node, String namespace) {
    return "see kubectl -n "
        + namespace
        + " get pods -l app.kubernetes.io/component=agent --field-selector spec.nodeName="
        + node;
  }
}
