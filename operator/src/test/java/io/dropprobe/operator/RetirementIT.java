// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.Predecessor;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The counts of deleted Nodes on a real API server. */
class RetirementIT extends OperatorSupport {
  @Test
  void keepsTheCountsOfADeletedNodeInTheSum() {
    FakeNode a = node("a");
    FakeNode b = node("b");
    DropProbe probe = create("retired", p -> {});
    a.counts(probe, ProbeState.Active, 100);
    b.counts(probe, ProbeState.Active, 20);
    await("retired", s -> s.packets != null && s.packets.lost == 120);

    a.disappears();
    await("retired", s -> s.retired.nodes == 1);
    Await.until("its report is deleted", () -> report("a") == null, OperatorSupport::everything);
    assertEquals(100, status("retired").retired.lost);
    assertEquals(120, status("retired").packets.lost);
    await("retired", s -> s.retired.folded == null);

    // A new Node with the same name starts at zero.
    FakeNode again = node("a");
    again.counts(probe, ProbeState.Active, 5);
    await("retired", s -> s.packets.lost == 125 && s.retired.nodes == 1);
  }

  /** The agent takes them over after a minute without an operator; an operator is back later. */
  @Test
  void foldsTheCountsThatAReplacedNodesReportCarriesOnce() {
    FakeNode a = node("a");
    FakeNode b = node("b");
    DropProbe probe = create("carried", p -> {});
    b.counts(probe, ProbeState.Active, 20);
    await("carried", s -> s.packets != null && s.packets.lost == 20);
    Predecessor earlier = new Predecessor();
    earlier.nodeUID = a.uid();
    a.isReplaced();
    a.counts(probe, ProbeState.Active, 1000);
    ProbeReport counted = report("a").getStatus().probes.get(0);
    counted.observedGeneration = null;
    counted.state = null;
    counted.lostPerSecond = null;
    earlier.probes = List.of(counted);
    a.carries(earlier, withPackets(report("a").getStatus().probes.get(0), 5));
    await("carried", s -> s.retired.nodes == 1 && s.packets.lost == 1025);
    String owner = report("a").getMetadata().getUid() + "/" + earlier.nodeUID;
    assertEquals(List.of(owner), status("carried").retired.folded);

    a.counts(probe, ProbeState.Active, 6);
    await("carried", s -> s.retired.folded == null && s.packets.lost == 1026);
    assertEquals(1000, status("carried").retired.lost);
  }
}
