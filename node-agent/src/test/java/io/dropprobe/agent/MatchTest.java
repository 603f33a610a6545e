// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a probe matches: words of the spec, names of the running kernel, pods of the node. */
class MatchTest extends NodeTestCase {
  @Test
  void refusedMatchFailsOnlyItsProbe() {
    kernel.refuseFilters = true;
    applied("a", "u1");
    DropProbe b = TestProbe.probe("b", "u2");
    b.getSpec().match = TestProbe.ports(443);
    node.api.probes.add(b);
    node.pass();
    node.settle();
    assertEquals(ProbeState.Active, node.state("a"));
    ProbeReport report = node.reported("b");
    assertEquals(ProbeState.Failed, report.state);
    assertEquals("MatchNotSupported", report.reason);
    assertTrue(report.message.contains("a part of spec.match or spec.stages"), report.message);
    assertNull(report.refused);
    assertEquals("False/ProbeFailed", node.condition("ProbesActive"));

    node.change("b", p -> p.getSpec().match = null);
    assertEquals(ProbeState.Active, node.state("b"));
    assertEquals("True/AsDesired", node.condition("ProbesActive"));
  }

  @Test
  void resolvesReasonsByNamesOfRunningKernel() {
    DropProbe a = TestProbe.probe("a", "u1");
    a.getSpec().match = new Match();
    a.getSpec().match.reasons = List.of("NETFILTER_DROP", "NO_SOCKET", "FROM_THE_FUTURE");
    node.api.probes.add(a);
    node.settle();
    assertEquals("{reasons=2,6}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    assertEquals(
        "spec.match.reasons: this kernel does not have these drop reasons, so they are not matched;"
            + " check their spelling against /proc/mooc/net/drop-probes/reasons on the node:"
            + " FROM_THE_FUTURE",
        a().message);

    // Nothing matches, as the spec asks.
    node.change("a", p -> p.getSpec().match.reasons = List.of("FROM_THE_FUTURE"));
    assertEquals("{reasons=}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    assertTrue(a().message.contains("FROM_THE_FUTURE"), a().message);

    node.change("a", p -> p.getSpec().match.reasons = List.of("NO_SOCKET"));
    assertNull(a().message);
  }

  @Test
  void matchesNoReasonOnKernelWithoutReasons() {
    kernel.namesReasons = false;
    DropProbe a = TestProbe.probe("a", "u1");
    a.getSpec().match = new Match();
    a.getSpec().match.reasons = List.of("NO_SOCKET");
    node.api.probes.add(a);
    node.settle();
    assertEquals("{reasons=}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    assertEquals(
        "spec.match.reasons: this kernel has no drop reasons, so none is matched; remove this field"
            + " or select other nodes",
        a().message);

    node.change(
        "a",
        p -> {
          p.getSpec().match = new Match();
          p.getSpec().match.excludeReasons = List.of("NO_SOCKET");
        });
    assertEquals("{}", kernel.filter("a"));
    assertEquals(
        "spec.match.excludeReasons: this kernel has no drop reasons, so none is excluded; remove"
            + " this field or select other nodes",
        a().message);
  }

  private static String pod(int i) {
    return "0b9c2f64-6e0b-4f0c-9a35-00000000000" + i;
  }

  private void pod(String cookie, int i) {
    kernel.netns.put(cookie, "/kubepods/besteffort/pod" + pod(i) + "/8f");
  }

  @Test
  void matchesNetnsOfPodsAsTheyStartAndEnd() {
    node.podFolders =
        Optional.of(List.of("shop_cart_" + pod(1), "shop_cart_" + pod(2), "bank_db_" + pod(3)));
    pod("7", 1);
    pod("8", 3);
    appliedFor("shop");
    assertEquals("{netns=7}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    kernel.drop("NO_SOCKET", 5);
    node.report();
    String epoch = a().epoch;

    pod("9", 2);
    node.run(Duration.ofSeconds(2));
    assertEquals("{netns=7,9}", kernel.filter("a"));
    kernel.netns.remove("7");
    node.run(Duration.ofSeconds(2));
    assertEquals("{netns=9}", kernel.filter("a"));
    node.report();
    assertEquals(epoch, a().epoch);
    assertEquals(5, a().refused);
    assertEquals(2, kernel.commands.stream().filter("set a"::equals).count());

    node.start();
    node.settle();
    assertEquals(epoch, a().epoch);
    assertEquals(3, kernel.commands.stream().filter("set a"::equals).count());
  }

  @Test
  void matchesNothingWithoutPodsAndOtherNamespaceStartsAtZero() {
    node.podFolders = Optional.of(List.of("bank_db_" + pod(3)));
    pod("8", 3);
    appliedFor("shop");
    assertEquals("{netns=}", kernel.filter("a"));
    assertEquals(ProbeState.Active, a().state);
    assertNull(a().message);
    String epoch = a().epoch;
    node.change("a", p -> p.getSpec().match.namespaces = List.of("bank"));
    assertEquals("{netns=8}", kernel.filter("a"));
    assertNotEquals(epoch, a().epoch);
  }

  @Test
  void reportsThatPodLogsCannotBeRead() {
    node.podFolders = Optional.empty();
    appliedFor("shop");
    assertEquals("{netns=}", kernel.filter("a"));
    assertTrue(a().message.contains("/var/log/pods"), a().message);
  }
}
