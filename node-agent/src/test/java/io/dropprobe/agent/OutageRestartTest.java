// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.platform.SafeFiles;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Agents that start while the API server cannot be reached. */
class OutageRestartTest extends NodeTestCase {
  private long refused(String probe) {
    return node.counts(probe).counters().refused();
  }

  private void startInOutage() {
    node.api.up = false;
    node.start();
    node.settle();
  }

  @Test
  void metricsGoOnWithSameCountsAndGrow() {
    applied("a", "u1");
    applied("b", "u2");
    kernel.drop("NO_SOCKET", 7);
    kernel.drop("NETFILTER_DROP@nf_hook_slow", 2);
    node.report();
    Map<String, Counts> before = node.allCounts();
    int reports = node.api.reports.size();
    startInOutage();
    assertEquals(before, node.allCounts());

    kernel.drop("NO_SOCKET", 3);
    node.settle();
    assertEquals(12, refused("a"));
    assertEquals(12, refused("b"));
    assertFalse(node.ready());
    assertEquals(reports, node.api.reports.size());
    assertEquals(List.of("a(active) worker-1", "b(active) worker-1"), kernel.summary());
  }

  @Test
  void countsThatWereNotReportedBeforeKillAreInMetrics() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.drop("NO_SOCKET", 1);
    startInOutage();
    assertEquals(8, refused("a"));
  }

  @Test
  void metricsHaveCountsOfEarlierEpochs() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.reboot();
    node.report();
    kernel.drop("NO_SOCKET", 2);
    node.report();
    long before = refused("a");
    startInOutage();
    assertEquals(before, refused("a"));
  }

  @Test
  void nothingIsCountedTwiceWhenApiServerReturns() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    startInOutage();
    kernel.drop("NO_SOCKET", 3);
    node.settle();
    Counts shown = node.counts("a");
    String epoch = a().epoch;

    node.api.up = true;
    node.pass();
    assertTrue(node.ready());
    assertEquals(shown, node.counts("a"));
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(11, a().refused);
    assertEquals(0, a().base.refused);
    assertEquals(epoch, a().epoch);
  }

  /** What was reported and what is shown without the report must be the same packets. */
  @Test
  void journalIsNeverOlderThanReport() throws IOException {
    applied("a", "u1");
    Path journal = dir.resolve("worker-1/state/journal");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    assertEquals(7, a().refused);
    assertTrue(Files.readString(journal).contains("\"refused\":7"), Files.readString(journal));
  }

  @Test
  void countsThatOnlyReportKnowsAreAbsentUntilItIsRead() throws IOException {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.reboot();
    node.report();
    SafeFiles.deleteTree(dir.resolve("worker-1/state"));
    startInOutage();
    assertNull(node.counts("a"), "without those of the earlier epoch it would be too small");
    node.api.up = true;
    node.report();
    assertEquals(7, refused("a"));
  }

  @Test
  void countsOfOtherNodesProbesAreAbsent() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    other.api.probes = node.api.probes;
    other.api.others.put("worker-1", node.api);
    // worker-1 makes no passes for longer than its lease.
    other.run(Duration.ofSeconds(90));
    assertEquals(List.of("a(active) worker-2"), kernel.summary());
    startInOutage();
    assertNull(node.counts("a"));
  }

  @Test
  void agentThatStopsDuringOutageKeepsJournal() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.reboot();
    node.report();
    node.api.up = false;
    node.start();
    node.terminate();
    startInOutage();
    assertEquals(7, refused("a"));

    kernel.drop("NO_SOCKET", 1);
    node.settle();
    node.terminate();
    // The probe is lost with the kernel, and its last counts are in the journal only.
    kernel.reboot();
    node.api.up = true;
    node.start();
    node.report();
    assertEquals(8, a().refused);
  }

  @Test
  void countsStayInMetricsWhileKernelCannotBeRead() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    startInOutage();
    kernel.failedReads.add(kernel.probesReads + 1);
    kernel.drop("NO_SOCKET", 1);
    node.pass();
    assertEquals(7, refused("a"));
    node.pass();
    assertEquals(8, refused("a"));
  }

  @Test
  void deletedAndChangedProbesEndWhenApiServerReturns() {
    applied("a", "u1");
    applied("b", "u2");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.api.probes.remove(1);
    node.api.probes.set(
        0, TestProbe.changed(node.api.probes.get(0), p -> p.getSpec().match = TestProbe.ports(80)));
    startInOutage();
    assertEquals(7, refused("b"));
    node.api.up = true;
    node.report();
    DropProbeNodeStatus last = node.api.last();
    assertEquals(List.of("a"), last.probes.stream().map((ProbeReport p) -> p.name).toList());
    assertEquals(0, a().refused);
  }
}
