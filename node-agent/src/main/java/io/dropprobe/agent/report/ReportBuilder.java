// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.module.ShownTrial;
import io.dropprobe.agent.probe.ProbeStates;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.KernelInfo;
import io.dropprobe.api.v1alpha1.ModuleInfo;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.Trial;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the report of this node. A pure function of what it is given. */
public final class ReportBuilder {
  private ReportBuilder() {}

  /**
   * Makes the report, without reportedAt, which is set when it is written.
   *
   * @param previous conditions of the last report; null means none
   */
  public static DropProbeNodeStatus build(
      NodeState node, @Nullable List<Condition> previous, Instant now) {
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.nodeUID = node.nodeUid();
    s.kernel = kernel(node);
    s.module = module(node);
    s.conditions =
        ConditionList.of(
            previous,
            now,
            node.module(),
            node.isWaiting(),
            node.namesReasons(),
            node.probes().desired(),
            node.notes());
    s.probes =
        // Probes that are or should be in the kernel come first, then the largest removed ones.
        Stream.of(desired(node), leftovers(node), removed(node))
            .flatMap(x -> x)
            .limit(Limits.NODE_PROBES)
            .sorted(Comparator.comparing((ProbeReport p) -> p.name).thenComparing(p -> p.uid))
            .toList();
    // A module that is being loaded or unloaded cannot be read.
    boolean readable = !(node.observed() instanceof ObservedModule.Transient);
    s.activeProbes = s.module.state == ModuleState.Loaded && readable ? active(node) : null;
    return s;
  }

  private static Stream<ProbeReport> desired(NodeState node) {
    return node.probes().desired().stream().map(p -> ProbeReports.of(p, node.module()));
  }

  private static Stream<ProbeReport> leftovers(NodeState node) {
    return node.probes().leftovers().stream().map(ProbeReports::leftover);
  }

  /** Their counts stay in the report, or the cluster's sums would decrease. */
  private static Stream<ProbeReport> removed(NodeState node) {
    return node.probes().removed().stream()
        .filter(r -> r.account().total().everything() > 0)
        .sorted(
            Comparator.comparingLong((ProbeStates.Removed r) -> r.account().total().everything())
                .reversed())
        .map(ProbeReports::removed);
  }

  /** Also those that are not as desired, because only a part of them waits. */
  private static long active(NodeState node) {
    return node.probes().desired().stream()
        .filter(p -> p.observed() != null && p.observed().active())
        .count();
  }

  private static KernelInfo kernel(NodeState node) {
    KernelInfo k = new KernelInfo();
    k.release = node.kernel().release();
    k.version = node.kernel().version();
    k.architecture = node.kernel().architecture();
    k.bootID = node.kernel().bootId();
    return k;
  }

  private static @Nullable Trial trial(@Nullable ShownTrial of) {
    if (of == null) {
      return null;
    }
    Trial t = new Trial();
    t.phase = of.phase();
    t.srcversion = of.key().srcversion();
    t.builder = of.key().builder();
    t.hooks = Hook.format(of.key().hooks());
    return t;
  }

  private static ModuleInfo module(NodeState node) {
    ModuleOutcome outcome = node.module();
    ModuleInfo m = new ModuleInfo();
    m.state = outcome.state();
    m.sharedWith = node.sharedWith();
    m.trial = trial(node.trial());
    if (node.observed() instanceof ObservedModule.Live live) {
      m.version = live.version();
      m.srcversion = live.srcversion();
      // How the loaded module was built is known only if it is the one in the cache.
      outcome
          .originOf(live)
          .ifPresent(
              origin -> {
                m.headers = origin.headers();
                m.compiler = origin.compiler();
                m.buildSeconds = origin.buildSeconds();
              });
    }
    return m;
  }
}
