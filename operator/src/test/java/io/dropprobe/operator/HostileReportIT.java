// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** A report that no agent writes, on a real API server. */
class HostileReportIT extends OperatorSupport {
  /** What the schema accepts; HostileReportTest has the whole table. */
  @Test
  void affectsOnlyItsOwnNode() {
    FakeNode good = node("good");
    FakeNode evil = node("evil");
    DropProbe probe = create("hostile", p -> {});
    good.counts(probe, ProbeState.Active, 5);
    await("hostile", s -> s.packets != null && s.packets.lost == 5);

    hostile(evil, probe, (s, p) -> s.reportedAt = "9999-12-31T23:59:59-17:00");
    await("hostile", s -> s.problems.stream().anyMatch(x -> x.reason.equals("ReportInvalid")));
    hostile(evil, probe, HostileReportIT::largestNumbers);
    await("hostile", s -> s.packets.lost == Long.MAX_VALUE);
    hostile(evil, probe, (s, p) -> p.since = "9999-12-31T23:59:59-17:00");
    await("hostile", s -> s.packets.lost == 6);
    good.counts(probe, ProbeState.Active, 7);
    await("hostile", s -> s.packets.lost == 8);

    hostile(evil, probe, (s, p) -> s.reportedAt = "9999-12-31T23:59:59-17:00");
    admin.resources(DropProbe.class).withName("hostile").delete();
    awaitCondition("hostile", "Ready", "False", "Deleting");
    good.reports(s -> {});
    Await.until(
        "the DropProbe is deleted", () -> probe("hostile") == null, OperatorSupport::everything);
  }

  private static void largestNumbers(DropProbeNodeStatus status, ProbeReport entry) {
    status.activeProbes = Long.MAX_VALUE;
    status.module.buildSeconds = Long.MAX_VALUE;
    entry.lost = Long.MAX_VALUE;
  }

  @Test
  void isRefusedWithAnInvalidTimeOrRateOrANullEntry() {
    FakeNode evil = node("evil");
    DropProbe probe = create("refused", p -> {});
    Map<String, BiConsumer<DropProbeNodeStatus, ProbeReport>> refused =
        Map.of(
            "reportedAt", (s, p) -> s.reportedAt = "2026-01-01T00:00:00+99:99",
            "lastLoss", (s, p) -> p.lastLoss = "2026-01-01T00:00:00.1234567890Z",
            "lostPerSecond", (s, p) -> p.lostPerSecond = "1e300",
            "causes", (s, p) -> p.causes = Collections.singletonList(null),
            "locations", (s, p) -> p.locations = Collections.singletonList(null),
            "stages", (s, p) -> p.stages = Collections.singletonList(null));
    refused.forEach(
        (field, change) -> {
          KubernetesClientException e =
              assertThrows(
                  KubernetesClientException.class, () -> hostile(evil, probe, change), field);
          assertEquals(422, e.getCode());
          assertTrue(e.getMessage().contains(field), e.getMessage());
        });
  }

  private static void hostile(
      FakeNode node, DropProbe probe, BiConsumer<DropProbeNodeStatus, ProbeReport> change) {
    node.counts(probe, ProbeState.Active, 1);
    ProbeReport entry = report(node.name()).getStatus().probes.get(0);
    node.reports(
        s -> {
          change.accept(s, entry);
          s.probes = List.of(entry);
        });
  }
}
