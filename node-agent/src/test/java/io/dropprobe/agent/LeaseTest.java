// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leases while the API server or the agent is down. */
class LeaseTest extends NodeTestCase {
  @Test
  void renewsLeaseOfInactiveProbesWithoutApiServer() {
    applied("a", "u1");
    applied("b", "u2");
    node.change("b", p -> p.getSpec().active = false);
    node.api.up = false;
    node.run(Duration.ofMinutes(30));
    assertEquals(List.of("a(active) worker-1", "b(inactive) worker-1"), kernel.summary());
    assertTrue(kernel.leaseLeft("b") > 30, kernel.leaseLeft("b") + " s left");
  }

  @Test
  void renewsLeaseWhenStartedDuringOutage() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    node.api.up = false;
    node.start();
    node.run(Duration.ofMinutes(10));
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    kernel.drop("NO_SOCKET", 1);
    node.api.up = true;
    node.report();
    assertEquals(8, a().refused);
  }

  @Test
  void reportsAllCountsAfterOutage() {
    applied("a", "u1");
    node.api.up = false;
    kernel.drop("NO_SOCKET", 7);
    node.run(Duration.ofMinutes(20));
    int before = node.api.reports.size();
    node.api.up = true;
    node.report();
    assertEquals(before + 2, node.api.reports.size(), "one more for the rate that is 0 again");
    assertEquals(7, a().refused);
  }

  @Test
  void renewsExpiredLeaseAndReportsGap() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    time.pass(Duration.ofSeconds(100));
    assertEquals(List.of("a(inactive) worker-1"), kernel.summary());
    node.start();
    node.report();
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(7, a().refused);
    assertTrue(a().gap.matches("4[0-9]s"), a().gap);
  }
}
