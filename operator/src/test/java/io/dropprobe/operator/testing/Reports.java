// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.KernelInfo;
import io.dropprobe.api.v1alpha1.ModuleInfo;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Reports of nodes for tests, as an agent writes them. */
public final class Reports {
  private Reports() {}

  /** A report with a loaded module and without probes; its uid is made of the node's name. */
  public static DropProbeNode report(String node, Instant at) {
    DropProbeNode r = new DropProbeNode();
    r.getMetadata().setName(node);
    r.getMetadata().setUid("report-" + node);
    r.setStatus(status(node, at));
    return r;
  }

  /** The status of such a report. */
  public static DropProbeNodeStatus status(String node, Instant at) {
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.kernel = new KernelInfo();
    s.kernel.release = "6.12.0-test";
    s.kernel.bootID = "boot-" + node;
    s.module = new ModuleInfo();
    s.module.state = ModuleState.Loaded;
    s.module.srcversion = "ABC";
    s.reportedAt = at.toString();
    s.probes = new ArrayList<>();
    return s;
  }

  /**
   * The ages of reports at a moment, as the operator knows them if the nodes' clocks are right and
   * it has seen each of them arrive.
   */
  public static Function<DropProbeNode, Duration> agesAt(Instant now) {
    return r -> {
      Instant at = Times.parseOrNull(r.getStatus() == null ? null : r.getStatus().reportedAt);
      return at == null || at.isAfter(now) ? Duration.ZERO : Duration.between(at, now);
    };
  }

  /** Adds a condition that is False. */
  public static void failed(DropProbeNodeStatus s, String type, String reason, String message) {
    s.conditions =
        List.of(
            new ConditionBuilder()
                .withType(type)
                .withStatus("False")
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime("2026-01-01T00:00:00Z")
                .build());
  }

  /** An entry for a probe. */
  public static ProbeReport entry(String name, String uid, Consumer<ProbeReport> rest) {
    ProbeReport p = new ProbeReport();
    p.name = name;
    p.uid = uid;
    p.epoch = "e1";
    rest.accept(p);
    return p;
  }
}
