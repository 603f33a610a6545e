// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that are no longer selected, and DropProbes that are deleted. */
class SelectionTest extends NodeTestCase {
  @Test
  void noScheduleTaintKeepsProbesAndBlocksNewOnes() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    taint("maintenance", "NoSchedule");
    applied("b", "u2");
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    node.start();
    node.settle();
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(8, a().refused);
    taint("node.kubernetes.io/out-of-service", "NoExecute");
    node.run(Duration.ofSeconds(30));
    assertNull(kernel.srcversion());
    taint("node.kubernetes.io/out-of-service", "NoSchedule");
    node.run(Duration.ofSeconds(30));
    assertNull(kernel.srcversion(), "the probe was removed, so the taint blocks it as a new one");
  }

  private void taint(String key, String effect) {
    Taint taint = new TaintBuilder().withKey(key).withEffect(effect).build();
    node.api.node = new NodeFacts(node.api.node.uid(), node.api.node.labels(), List.of(taint));
  }

  @Test
  void deselectedNodeUnloadsModuleAndKeepsContribution() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.change("a", TestProbe.elsewhere());
    assertNull(kernel.srcversion());
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertEquals(ProbeState.Removed, a().state);
    assertEquals(7, a().refused);
    assertEquals(7, a().base.refused);
    assertNull(a().epoch);
    assertEquals("Unknown/NoProbe", node.condition("ProbesActive"));

    node.change("a", p -> p.getSpec().nodeSelector = null);
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(8, a().refused);
    assertEquals(7, a().base.refused);
  }

  @Test
  void removesProbeOfDeletedDropProbe() {
    applied("a", "u1");
    applied("b", "u2");
    kernel.drop("NO_SOCKET", 7);
    node.api.probes.get(0).getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
    node.pass();
    node.settle();
    assertEquals(List.of("b(active) worker-1"), kernel.summary());
    assertNull(a());
  }

  @Test
  void reportsProbeThatCannotBeRemoved() {
    applied("a", "u1");
    applied("b", "u2");
    node.api.probes.get(0).getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
    kernel.commandErrors.put("remove", Errno.ENOMEM);
    node.pass();
    assertEquals("RemoveFailed", a().reason);
    assertFalse(a().epoch.isEmpty());
    node.settle();
    assertNull(a());
  }
}
