// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.agent.count.Account;
import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.module.NodeProblem;
import io.dropprobe.agent.probe.ProbeResult;
import io.dropprobe.agent.probe.ProbeStates;
import io.dropprobe.agent.probe.Verdict;
import io.dropprobe.api.rules.Largest;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Base;
import io.dropprobe.api.v1alpha1.DeviceErrors;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the part of the report about one probe. */
final class ProbeReports {
  private ProbeReports() {}

  /** A desired probe. One that never counted on this node has no numbers. */
  static ProbeReport of(ProbeResult p, ModuleOutcome module) {
    ProbeReport r = new ProbeReport();
    r.name = p.desired().name();
    r.uid = p.desired().uid();
    r.series = p.desired().series();
    state(r, p, module.usable() ? null : module.problem());
    if (p.observed() != null) {
      r.gap = Durations.format(Duration.ofSeconds(p.observed().gap()));
    }
    if (p.account() != null) {
      numbers(r, p.account(), p.observed() != null);
    }
    if (p.errors() != null) {
      r.deviceErrors =
          p.errors().stream()
              .limit(Limits.NODE_DEVICE_ERRORS)
              .map(e -> new DeviceErrors(e.device(), e.counter(), e.packets()))
              .toList();
    }
    return r;
  }

  /** A probe that no longer selects this node and is out of its kernel. */
  static ProbeReport removed(ProbeStates.Removed removed) {
    ProbeReport r = new ProbeReport();
    r.name = removed.name();
    r.uid = removed.uid();
    r.observedGeneration = removed.generation();
    r.series = removed.account().series();
    r.state = ProbeState.Removed;
    numbers(r, removed.account(), false);
    return r;
  }

  /** A probe that should be out of this kernel and is not. */
  static ProbeReport leftover(ProbeStates.Leftover leftover) {
    ProbeReport r = new ProbeReport();
    r.name = leftover.observed().name();
    r.uid = leftover.observed().uid();
    r.state = ProbeState.Failed;
    r.reason = Conditions.Node.REMOVE_FAILED;
    r.message = "the agent could not remove this probe from the kernel and will retry; see its log";
    r.epoch = leftover.observed().epoch();
    if (leftover.account() != null) {
      r.series = leftover.account().series();
      numbers(r, leftover.account(), true);
    }
    return r;
  }

  private static void state(ProbeReport r, ProbeResult p, @Nullable NodeProblem problem) {
    if (problem != null) {
      acted(r, p, ProbeState.Failed);
      r.reason = problem.reason();
      r.message = Limits.cut(problem.message());
    } else if (p.verdict() instanceof Verdict.AsDesired d) {
      acted(r, p, p.desired().state());
      r.reason = d.reason();
      r.message = Limits.cut(d.note());
    } else if (p.verdict() instanceof Verdict.Failed f) {
      acted(r, p, ProbeState.Failed);
      r.reason = f.reason();
      r.message = Limits.cut(f.message());
    } else if (p.verdict() instanceof Verdict.Elsewhere e) {
      acted(r, p, ProbeState.OwnedElsewhere);
      r.ownedBy = e.owner();
      r.message = Limits.cut(e.message());
    } else if (p.verdict() instanceof Verdict.Pending pending) {
      // No generation, because the agent has not acted on this one yet.
      r.message = Limits.cut(pending.message());
    }
  }

  private static void acted(ProbeReport r, ProbeResult p, ProbeState state) {
    r.observedGeneration = p.desired().generation();
    r.state = state;
  }

  private static void numbers(ProbeReport r, Account a, boolean inKernel) {
    // A probe that is not in the kernel has no epoch: all counts are base.
    Counts total = a.total();
    Counts base = inKernel ? a.base() : total;
    r.epoch = inKernel ? a.epochId() : null;
    r.base = new Base();
    r.base.assign(base.counters());
    r.since = a.since() == null ? null : Times.format(a.since());
    r.lastLoss = total.lastLoss() == null ? null : Times.format(total.lastLoss());
    r.assign(total.counters());
    r.causes = CauseLists.of(total);
    r.locations =
        Largest.of(
                total.locations(),
                Limits.NODE_LOCATIONS,
                Sums.orZero(total.counters().unnoisyFrees()))
            .entrySet()
            .stream()
            .map(e -> new LocationCount(e.getKey(), e.getValue()))
            .toList();
    r.stages = StageReports.of(total.stages());
  }

  /** Shortens the lists of all reports to a number of entries; the rest goes to {@code other}. */
  static void cutLists(List<ProbeReport> reports, int keep) {
    for (ProbeReport r : reports) {
      if (r.causes != null && r.causes.size() > keep) {
        r.causes = CauseLists.cut(r.causes, r.counters(), keep);
      }
      if (r.deviceErrors != null && r.deviceErrors.size() > keep) {
        r.deviceErrors = r.deviceErrors.subList(0, keep);
      }
      if (r.locations != null && r.locations.size() > keep) {
        r.locations =
            Largest.of(
                    r.locations,
                    c -> c.location == null ? "" : c.location,
                    c -> Sums.orZero(c.packets),
                    keep,
                    r.locations.stream()
                        .mapToLong(c -> Sums.orZero(c.packets))
                        .reduce(0, Sums::sum))
                .with(rest -> new LocationCount(Names.OTHER, rest));
      }
    }
  }
}
