// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.agent.metrics.AgentStats;
import io.dropprobe.agent.metrics.MetricsText;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node whose kernel does not return from loading or unloading the module. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AgentStuckTest extends NodeTestCase {
  private final CountDownLatch hang = new CountDownLatch(1);

  @AfterEach
  void release() {
    hang.countDown();
  }

  /** Counts seven drops, then replaces the module, whose unload hangs. */
  private void unloadHangs() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    kernel.hang = hang;
    node.builder.srcversion = "BBBB";
    node.builder.starts("source-2");
    node.run(Duration.ofSeconds(15));
    kernel.transientState = "going";
    node.run(Duration.ofSeconds(100));
  }

  @Test
  void reportsWhileUnloadHangs() {
    unloadHangs();
    assertEquals("False/ModuleStuck", node.condition("ModuleLoaded"));
    assertEquals(ModuleState.Failed, node.api.last().module.state);
    assertEquals(ProbeState.Failed, node.reported("a").state);
    assertEquals("ModuleStuck", node.reported("a").reason);
    assertEquals(7, node.reported("a").refused, "what was counted before is not lost");
    assertNull(node.api.last().activeProbes);
  }

  @Test
  void unreadableCountsAreAbsentWhileLoadHangs() {
    kernel.hang = hang;
    applied("a", "u1");
    kernel.transientState = "coming";
    node.run(Duration.ofSeconds(100));
    assertEquals("ModuleStuck", node.reported("a").reason);
    assertNull(node.reported("a").refused);
    assertNull(node.reported("a").noise);
    assertNull(node.api.last().activeProbes);
    String metrics =
        MetricsText.render(node.now(), node.allCounts(), new AgentStats("1", 1, 0, 1, 0));
    assertFalse(metrics.contains("dropprobe_refused_packets_total{"), metrics);
  }

  @Test
  void resumesCountingWhenUnloadReturns() {
    unloadHangs();
    kernel.hang = null;
    hang.countDown();
    kernel.transientState = null;
    awaitReplacement();
    kernel.drop("NO_SOCKET", 1);
    node.report();
    assertEquals("True/Loaded", node.condition("ModuleLoaded"));
    assertEquals(8, node.reported("a").refused);
    assertEquals(1, node.api.last().activeProbes);
  }

  /** Waits in real time for the call, which returns in its own thread. */
  private void awaitReplacement() {
    for (int i = 0; i < 2000 && !"BBBB".equals(kernel.srcversion()); i++) {
      node.run(Duration.ofSeconds(1));
      Thread.yield();
    }
    assertEquals("BBBB", kernel.srcversion());
    node.settle();
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void shutdownDoesNotWaitForHangingCall() {
    unloadHangs();
    node.terminate();
    assertEquals("False/ModuleStuck", node.condition("ModuleLoaded"));
  }
}
