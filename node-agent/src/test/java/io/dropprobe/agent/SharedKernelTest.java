// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two nodes on one kernel. */
class SharedKernelTest extends NodeTestCase {
  @Test
  void secondNodeOnKernelReportsOwner() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = node.api.probes;
    other.settle();
    kernel.drop("NO_SOCKET", 7);
    other.run(Duration.ofSeconds(15));
    node.run(Duration.ofSeconds(15));

    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(ProbeState.OwnedElsewhere, other.state("a"));
    assertEquals("worker-1", other.reported("a").ownedBy);
    assertEquals("worker-1", other.api.last().module.sharedWith);
    assertEquals(1, other.reported("a").observedGeneration);
    assertNull(other.reported("a").refused);
    assertEquals(0, other.api.last().activeProbes);
    assertEquals("True/OwnedElsewhere", other.condition("ProbesActive"));
    assertEquals(1, kernel.loads);
  }

  @Test
  void takesOverProbeAndCountsOfDeadNode() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = node.api.probes;
    other.settle();
    kernel.drop("NO_SOCKET", 7);
    node.report();
    // worker-1 makes no passes any longer.
    other.run(Duration.ofSeconds(90));
    assertEquals(List.of("a(active) worker-2"), kernel.summary());
    kernel.drop("NO_SOCKET", 1);
    other.report();
    assertEquals(ProbeState.Active, other.state("a"));
    assertEquals(8, other.reported("a").refused);
    assertNull(other.api.last().module.sharedWith);

    node.start();
    node.report();
    assertEquals(ProbeState.OwnedElsewhere, a().state);
    assertEquals(0, a().refused, "counted in the other's report");
    assertNull(a().epoch);
  }

  @Test
  void takesOverReportOfEarlierOwnerWhenItIsKnown() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = node.api.probes;
    other.api.others.put("worker-1", node.api);
    other.settle();
    kernel.drop("NO_SOCKET", 7);
    kernel.drop("SOCKET_RCVBUFF", 2);
    node.report();
    // What the earlier owner has judged stays, as if by another catalogue.
    ProbeReport earlier = node.api.last().probes.get(0);
    earlier.lost = 3L;
    earlier.refused = 6L;
    other.api.up = false;
    other.run(Duration.ofSeconds(90));
    assertNull(other.counts("a"), "not counted before the earlier report is known");
    other.api.up = true;
    other.api.answer();
    kernel.drop("NO_SOCKET", 5);
    other.report();
    assertEquals(3, other.reported("a").lost);
    assertEquals(6, other.reported("a").refused);
    assertEquals(5, other.reported("a").unclear);
    kernel.drop("NO_SOCKET", 1);
    other.report();
    assertEquals(7, other.reported("a").refused);
    assertEquals(0, other.reported("a").base.refused);

    node.start();
    node.report();
    assertEquals(ProbeState.OwnedElsewhere, a().state);
    assertNull(node.counts("a"), "no metrics of a probe that another node counts");
  }

  @Test
  void takeoverForOtherMatchStartsAtZero() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = new ArrayList<>(node.api.probes);
    other.settle();
    kernel.drop("NO_SOCKET", 7);
    // worker-1 is dead; worker-2 learns only of the new match.
    time.pass(Duration.ofSeconds(90));
    other.change("a", p -> p.getSpec().match = TestProbe.ports(443));
    assertEquals("{ports=443}", kernel.filter("a"));
    assertEquals(0, other.reported("a").refused);
  }

  @Test
  void leavesModuleLoadedForOtherNode() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = List.of(TestProbe.probe("b", "u2"));
    other.settle();
    assertEquals(List.of("a(active) worker-1", "b(active) worker-2"), kernel.summary());
    node.pass();
    node.api.probes.clear();
    node.pass();
    node.settle();
    assertEquals(List.of("b(active) worker-2"), kernel.summary());
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertEquals("worker-2", node.api.last().module.sharedWith);
  }

  @Test
  void removesDeletedProbeOfDeadNode() {
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    applied("a", "u1");
    other.api.probes = List.of(TestProbe.probe("b", "u2"));
    other.run(Duration.ofSeconds(90));
    assertEquals(List.of("b(active) worker-2"), kernel.summary());
  }
}
