// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The module's files cannot be read for a while. */
class FailedReadTest extends NodeTestCase {
  @BeforeEach
  void countWithTwoProbes() {
    applied("a", "u1");
    applied("b", "u2");
    kernel.drop("NO_SOCKET", 7);
    node.pass();
    kernel.probesReads = 0;
  }

  private ProbeReport now(String name) {
    return node.now().probes.stream().filter(p -> p.name.equals(name)).findFirst().orElseThrow();
  }

  private void unreadable(String name) {
    assertEquals(ProbeState.Failed, now(name).state);
    assertEquals("KernelUnreadable", now(name).reason);
    assertEquals(7L, now(name).refused, "the last number that was read");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void reportsFailureAndRecovers(int failedRead) {
    kernel.failedReads.add(failedRead);
    kernel.drop("NO_SOCKET", 1);
    node.pass();
    unreadable("a");
    unreadable("b");
    node.pass();
    assertEquals(ProbeState.Active, now("a").state);
    assertEquals(8L, now("a").refused);
  }

  @Test
  void keepsLeasesWhileReadsFail() {
    IntStream.range(1, 200).forEach(kernel.failedReads::add);
    node.run(Duration.ofMinutes(3));
    assertEquals(List.of("a(active) worker-1", "b(active) worker-1"), kernel.summary());
  }

  @Test
  void refusedRenewalOfOneProbeKeepsOther() {
    node.api.up = false;
    node.start();
    kernel.commandErrors.put("renew", Errno.EBUSY);
    time.pass(Duration.ofSeconds(30));
    node.pass();
    assertTrue(kernel.leaseLeft("b") > 50, kernel.leaseLeft("b") + " s left of b");
  }
}
