// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.CauseCount;
import io.dropprobe.api.v1alpha1.Counters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CauseTallyTest {
  private final CauseTally tally = new CauseTally();

  private void add(String name, DropClass of, long packets, double perSecond) {
    tally.add(new CauseCount(name, of.effect(), of, null, packets), packets, perSecond);
  }

  private List<String> names(int n) {
    return tally.top(n, Counters.ZERO, Map.of()).stream().map(c -> c.cause).toList();
  }

  @Test
  void listsLostPacketsBeforeBusierOthers() {
    add("NO_SOCKET", DropClass.ClosedPort, 100_000, 300);
    add("NOT_SPECIFIED", DropClass.Unspecified, 1_000_000, 4000);
    add("FULL_RING", DropClass.Congestion, 900, 0);
    add("SOCKET_RCVBUFF", DropClass.Congestion, 40, 0.3);
    assertEquals("SOCKET_RCVBUFF", tally.top());
    assertEquals(List.of("SOCKET_RCVBUFF", "FULL_RING", "NOT_SPECIFIED", "NO_SOCKET"), names(4));
    assertEquals(List.of("SOCKET_RCVBUFF"), names(1));
  }

  @Test
  void listsHighestRateFirstIfNothingIsLost() {
    add("NO_SOCKET", DropClass.ClosedPort, 1000, 89);
    add("NETFILTER_DROP", DropClass.Policy, 5000, 27);
    assertEquals("NO_SOCKET", tally.top());
  }

  @Test
  void hasNoTopCauseWithoutNamedPackets() {
    add(Names.OTHER, DropClass.Congestion, 5, 1);
    add("CONSUMED", DropClass.Completion, 5, 1);
    add("FULL_RING", DropClass.Congestion, 0, 0);
    assertNull(tally.top());
  }
}
