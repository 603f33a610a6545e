// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.platform.SafeFiles;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counts across new agents, new modules, reboots and new disks. */
class RestartTest extends NodeTestCase {
  @Test
  void adoptsModuleAndProbeAfterKill() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.commands.clear();
    String epoch = a().epoch;
    kernel.drop("NO_SOCKET", 1);

    node.start();
    kernel.drop("NO_SOCKET", 2);
    node.report();

    assertEquals(10, a().refused);
    assertEquals(epoch, a().epoch);
    assertEquals(0, a().base.refused);
    assertEquals(1, kernel.loads);
    assertTrue(kernel.commands.stream().allMatch("renew a"::equals), kernel.commands.toString());
  }

  @Test
  void appliesSpecChangedWhileAgentWasDown() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.api.probes.set(
        0, TestProbe.changed(node.api.probes.get(0), p -> p.getSpec().match = TestProbe.ports(80)));
    node.start();
    node.settle();
    assertEquals("{ports=80}", kernel.filter("a"));
    assertEquals(0, a().refused);
  }

  @Test
  void removesProbeDeletedWhileAgentWasDown() {
    applied("a", "u1");
    node.api.probes.clear();
    node.start();
    node.settle();
    assertNull(kernel.srcversion());
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertEquals(List.of(), node.api.last().probes);
  }

  @Test
  void keepsCountsAcrossReboot() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    String since = a().since;
    node.run(Duration.ofMinutes(1)); // the module is proven
    kernel.reboot();
    node.start();
    node.settle();
    assertEquals(7, a().refused);
    assertEquals(7, a().base.refused);
    assertEquals("boot-2", node.api.last().kernel.bootID);
    kernel.drop("NO_SOCKET", 1);
    kernel.drop("NETFILTER_DROP", 2);
    node.report();
    assertEquals(10, a().refused);
    assertEquals(8, a().causes.get(0).packets);
    assertEquals(since, a().since);
  }

  @Test
  void reportedCountsNeverDecreaseAcrossReboot() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.builder.result = "headers-not-found";
    kernel.reboot();
    node.builder.starts("source-2");
    node.start();
    node.report();
    assertEquals(ProbeState.Failed, a().state);
    assertEquals("HeadersNotFound", a().reason);
    assertEquals(7, a().refused);
    assertEquals(7, a().base.refused);
    assertNull(a().epoch);
    assertTrue(
        node.api.reports.stream()
                .filter(r -> !r.probes.isEmpty() && r.probes.get(0).refused != null)
                .mapToLong(r -> r.probes.get(0).refused)
                .reduce(0, (before, now) -> now >= before ? now : Long.MAX_VALUE)
            == 7);
  }

  @Test
  void restoresCountsFromReportWhenDiskIsNew() throws IOException {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.reboot();
    SafeFiles.deleteTree(dir.resolve("worker-1/state"));
    node.start();
    node.report();
    assertEquals(7, a().refused);
    assertEquals(7, a().causes.get(0).packets);
  }

  @Test
  void countsNothingTwiceWhenDiskIsNew() throws IOException {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    kernel.reboot();
    node.settle();
    kernel.drop("NO_SOCKET", 2);
    node.report();
    long before = a().refused;
    SafeFiles.deleteTree(dir.resolve("worker-1/state"));
    node.start();
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(before + 1, a().refused);
  }

  @Test
  void recreatedNodeStartsAtZero() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.api.node =
        new io.dropprobe.api.rules.NodeFacts("node-uid-2", node.api.node.labels(), List.of());
    node.start();
    kernel.drop("NO_SOCKET", 2);
    node.settle();
    assertEquals("node-uid-2", node.api.last().nodeUID);
    assertEquals(0, a().refused);
    assertEquals(0, a().base.refused);
  }

  @Test
  void replacedModuleKeepsCounts() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.builder.srcversion = "BBBB";
    node.builder.starts("source-2");
    node.run(Duration.ofSeconds(15));
    assertEquals("BBBB", kernel.srcversion());
    assertEquals("BBBB", node.api.last().module.srcversion);
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(8, a().refused);
    assertEquals(7, a().base.refused);
  }
}
