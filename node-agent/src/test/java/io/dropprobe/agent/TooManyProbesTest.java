// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.FakeKernel;
import io.dropprobe.agent.platform.CapturedLog;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** More DropProbes than a kernel has slots. */
class TooManyProbesTest extends NodeTestCase {
  private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

  private static DropProbe created(String name, int second) {
    DropProbe p = TestProbe.probe(name, "uid-" + name);
    p.getMetadata().setCreationTimestamp(NEW_YEAR.plusSeconds(second).toString());
    return p;
  }

  /** DropProbes p01, p02, … with p01 as the newest. */
  private static List<DropProbe> probes(int number) {
    return IntStream.rangeClosed(1, number)
        .mapToObj(i -> created("p%02d".formatted(i), 100 - i))
        .toList();
  }

  private static List<String> names(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj("p%02d"::formatted).toList();
  }

  private static List<String> names(FakeKernel kernel) {
    return kernel.summary().stream().map(s -> s.substring(0, s.indexOf('('))).toList();
  }

  private void apply(List<DropProbe> probes) {
    node.api.probes.addAll(probes);
    node.pass();
    node.settle();
  }

  private void delete(String... names) {
    node.api.probes.removeIf(p -> List.of(names).contains(p.getMetadata().getName()));
    node.pass();
  }

  @Test
  void oldestDropProbesGetSlotsOnEachNode() {
    FakeKernel second = new FakeKernel(time);
    TestNode other = new TestNode("worker-2", dir, time, second);
    List<DropProbe> shuffled = new ArrayList<>(probes(19));
    Collections.reverse(shuffled);
    other.api.probes.addAll(shuffled);
    other.pass();
    other.settle();
    apply(probes(19));
    assertEquals(names(4, 19), names(kernel));
    assertEquals(names(4, 19), names(second));
  }

  @Test
  void nameDecidesBetweenDropProbesOfSameSecond() {
    List<DropProbe> same =
        new ArrayList<>(names(1, 17).stream().map(name -> created(name, 0)).toList());
    Collections.reverse(same);
    apply(same);
    assertEquals(names(1, 16), names(kernel));
  }

  @Test
  void waitingProbeFailsAndSaysWhoHasTheSlots() {
    apply(probes(17));
    ProbeReport waiting = node.reported("p01");
    assertEquals(ProbeState.Failed, waiting.state);
    assertEquals("TooManyProbes", waiting.reason);
    assertEquals(
        "all 16 slots of this kernel are taken; delete a DropProbe that has one, or let it select"
            + " fewer nodes: the oldest DropProbe that waits is added then. Taken by: "
            + String.join(", ", names(2, 17)),
        waiting.message);
    assertEquals(1, waiting.observedGeneration);
    assertNull(waiting.refused);
    assertEquals("False/ProbeFailed", node.condition("ProbesActive"));
  }

  @Test
  void waitingProbeIsNotTriedAndIsLoggedOnce() {
    try (CapturedLog log = new CapturedLog("io.dropprobe.agent.probe.FailureLog")) {
      apply(probes(17));
      List<String> lines = log.take();
      assertEquals(1, lines.size(), lines.toString());
      assertTrue(
          lines
              .get(0)
              .startsWith("WARNING DropProbe p01 does not count on this node: all 16 slots"),
          lines.toString());
      kernel.beforeCommand.put(
          "add",
          () -> {
            throw new AssertionError("tried");
          });
      node.run(Duration.ofMinutes(2));
      assertEquals(List.of(), log.take());
      kernel.beforeCommand.clear();
      delete("p17");
      assertEquals(List.of(), log.take());
      apply(List.of(created("p18", 0)));
      assertEquals(1, log.take().size(), "another one waits");
    }
  }

  @Test
  void olderDropProbeDoesNotDisplaceOneThatCounts() {
    apply(probes(16));
    kernel.drop("NO_SOCKET", 7);
    apply(List.of(created("older", 0)));
    assertEquals(names(1, 16), names(kernel));
    assertEquals("TooManyProbes", node.reported("older").reason);
    node.start();
    node.report();
    assertEquals(names(1, 16), names(kernel), "nor after a restart of the agent");
    assertEquals(7, node.reported("p01").refused);
  }

  @Test
  void changedProbeKeepsItsSlot() {
    apply(probes(16));
    apply(List.of(created("older", 0)));
    node.change("p01", p -> p.getSpec().match = TestProbe.ports(443));
    assertEquals(names(1, 16), names(kernel));
    assertEquals("{ports=443}", kernel.filter("p01"));
  }

  @Test
  void oldestThatWaitsTakesFreedSlotInSamePass() {
    apply(probes(19));
    delete("p19");
    assertEquals(names(3, 18), names(kernel));
    node.settle();
    assertEquals(ProbeState.Active, node.state("p03"));
    assertEquals(ProbeState.Failed, node.state("p02"));
    node.change("p18", TestProbe.elsewhere());
    assertEquals(names(2, 17), names(kernel));
  }

  @Test
  void slotsOfOtherNodesOfSharedKernelAreTakenAndManualProbeNeedsNone() {
    kernel.manualActive = true;
    TestNode other = new TestNode("worker-2", dir, time, kernel);
    other.api.probes.add(created("x", 200));
    other.pass();
    other.settle();
    apply(probes(16));
    assertEquals(16, kernel.summary().size());
    assertEquals("TooManyProbes", node.reported("p01").reason);
    String message = node.reported("p01").message;
    assertTrue(message.endsWith("p16, x of node worker-2"), message);

    other.api.probes.clear();
    other.pass();
    node.run(Duration.ofSeconds(15));
    assertEquals(names(1, 16), names(kernel));
    assertEquals(ProbeState.Active, node.state("p01"));
  }

  @Test
  void rebootedNodeChoosesTheOldestAgain() {
    apply(probes(16));
    kernel.drop("NO_SOCKET", 7);
    node.report();
    apply(List.of(created("older", 0)));
    kernel.reboot();
    node.run(Duration.ofSeconds(15));
    assertTrue(names(kernel).contains("older"));
    assertEquals("TooManyProbes", node.reported("p01").reason);
    assertEquals(7, node.reported("p01").refused, "its counts are kept");
    assertEquals(7, node.reported("p01").base.refused);
  }

  @Test
  void probeThatKernelRefusesKeepsNoSlotFree() {
    kernel.refuseFilters = true;
    DropProbe refused = created("refused", 0);
    refused.getSpec().match = TestProbe.ports(9);
    apply(Stream.concat(Stream.of(refused), probes(15).stream()).toList());
    assertEquals(names(1, 15), names(kernel));

    apply(List.of(created("p16", 1)));
    assertEquals(names(1, 16), names(kernel));
    node.settle();
    assertEquals(names(1, 16), names(kernel));

    kernel.refuseFilters = false;
    delete("p07");
    node.settle();
    assertTrue(names(kernel).contains("refused"), "it is tried again when there is room");
  }
}
