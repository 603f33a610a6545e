// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How often a pass reads the kernel: each reading takes the module's lock. */
class KernelReadsTest extends NodeTestCase {
  @BeforeEach
  void settleTwoProbes() {
    node.api.probes.add(TestProbe.probe("a", "u1"));
    node.api.probes.add(TestProbe.probe("b", "u2"));
    node.pass();
    node.settle();
    forget();
  }

  private void forget() {
    kernel.moduleReads = 0;
    kernel.probesReads = 0;
    kernel.singleReads = 0;
  }

  @Test
  void ordinaryPassReadsModuleAndProbesTwice() {
    kernel.drop("NO_SOCKET", 7);
    node.pass();
    assertEquals(2, kernel.moduleReads);
    assertEquals(2, kernel.probesReads);
    assertEquals(0, kernel.singleReads);
    assertEquals(7, node.now().probes.get(0).refused, "the second reading is reported");
  }

  @Test
  void passThatChangesProbesReadsOnlyThoseAgain() {
    node.api.probes.set(
        0,
        TestProbe.changed(node.api.probes.get(0), p -> p.getSpec().match = TestProbe.ports(443)));
    node.pass();
    assertEquals(2, kernel.probesReads);
    assertEquals(2, kernel.singleReads, "last counts of the old epoch, number of the new one");
  }

  @Test
  void nodeWithoutDropProbesReadsNoProbe() {
    node.api.probes.clear();
    node.pass();
    node.settle();
    forget();
    node.pass();
    assertEquals(0, kernel.probesReads);
    assertTrue(kernel.moduleReads <= 2, kernel.moduleReads + " reads");
  }

  @Test
  void passWithoutViewReadsProbesOnce() {
    node.api.up = false;
    node.start();
    node.pass();
    assertEquals(1, kernel.probesReads);
    assertEquals(1, kernel.moduleReads);
  }

  /** What is counted between the observation and the removal must not be lost. */
  @Test
  void removalTakesCountsNewerThanObservation() {
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.beforeCommand.put("deactivate", () -> kernel.drop("NO_SOCKET", 2));
    node.change("a", TestProbe.elsewhere());
    assertEquals(9, node.reported("a").refused);
  }

  @Test
  void unloadTakesCountsNewerThanObservation() {
    kernel.drop("NO_SOCKET", 7);
    kernel.beforeCommand.put("deactivate", () -> kernel.drop("NO_SOCKET", 2));
    node.api.probes.replaceAll(p -> TestProbe.changed(p, TestProbe.elsewhere()));
    node.pass();
    node.run(Duration.ofSeconds(35));
    assertNull(kernel.srcversion());
    assertEquals(9, node.reported("a").refused);
  }
}
