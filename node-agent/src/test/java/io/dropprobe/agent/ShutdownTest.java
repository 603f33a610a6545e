// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SIGTERM during a rollout, on a node that is no longer selected, and during an uninstall. */
class ShutdownTest extends NodeTestCase {
  @Test
  void rolloutLeavesProbesCountingAndFlushesReport() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.terminate();
    assertEquals(7, a().refused);
    assertEquals(ProbeState.Active, a().state);
    kernel.drop("NO_SOCKET", 2);
    node.start();
    node.report();
    assertEquals(9, a().refused);
    assertEquals(1, kernel.loads);
  }

  @Test
  void deselectedNodeEmptiesKernelOnShutdown() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.api.probes.replaceAll(p -> TestProbe.changed(p, TestProbe.elsewhere()));
    node.terminate();
    assertNull(kernel.srcversion());
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertEquals(ProbeState.Removed, a().state);
    assertEquals(7, a().refused);
  }

  @Test
  void uninstallEmptiesKernel() {
    applied("a", "u1");
    node.api.uninstalling = true;
    node.terminate();
    assertNull(kernel.srcversion());
    assertEquals(List.of(), node.api.last().probes);
  }

  /** A refused list means an uninstall, or a role that is being replaced. */
  @Test
  void refusedListEmptiesKernelAndKeepsReport() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.drop("NO_SOCKET", 2);
    node.api.refuses = true;
    node.terminate();
    assertNull(kernel.srcversion());
    assertEquals(7, a().refused, "the report stays as it was");

    node.api.refuses = false;
    node.start();
    node.settle();
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals(10, a().refused);
  }

  @Test
  void unreachableApiServerLeavesProbesCounting() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.api.up = false;
    node.terminate();
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    node.api.up = true;
    kernel.drop("NO_SOCKET", 1);
    node.start();
    node.report();
    assertEquals(8, a().refused);
  }
}
