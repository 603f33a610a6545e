// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.TestSnapshot;
import io.dropprobe.api.v1alpha1.Counters;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CountsTest {
  private static final ReasonCatalog CATALOG =
      ReasonCatalog.parse("# comment\nNoise QUEUE_PURGE\n\nRefused NO_SOCKET\n");

  static ProbeSnapshot snapshot(
      String epoch, List<ProbeSnapshot.Reason> reasons, List<ProbeSnapshot.Cell> cells) {
    return TestSnapshot.of("a", "u1").epoch(epoch).unkeyed(3).counted(reasons, cells).build();
  }

  static ProbeSnapshot.Reason reason(long id, String name, long packets, long last) {
    return new ProbeSnapshot.Reason(id, name, counters(packets, last));
  }

  static ProbeSnapshot.Cell cell(long reason, String location, long packets, long last) {
    return TestSnapshot.cell(reason, location, counters(packets, last));
  }

  private static PacketCounters counters(long packets, long last) {
    return new PacketCounters(packets, packets + 1, packets * 10, Instant.ofEpochSecond(last));
  }

  /** A reason as the module prints it: with the packets of its cells and those without a cell. */
  private static ProbeSnapshot.Reason reason(
      long id, String name, long unkeyed, long last, ProbeSnapshot.Cell... cells) {
    PacketCounters withoutCell =
        new PacketCounters(unkeyed, unkeyed, unkeyed * 10, Instant.ofEpochSecond(last));
    return new ProbeSnapshot.Reason(
        id,
        name,
        Stream.of(cells)
            .map(ProbeSnapshot.Cell::counters)
            .reduce(withoutCell, PacketCounters::plus));
  }

  private static Counts counts(ProbeSnapshot.Reason reason, ProbeSnapshot.Cell... cells) {
    return Counts.of(snapshot("1", List.of(reason), List.of(cells)), ReasonCatalog.load());
  }

  @Test
  void noisyReasonHasDropsInSomeFunctions() {
    ProbeSnapshot.Cell lost = cell(70, "neigh_destroy+0x12", 4, 50);
    ProbeSnapshot.Cell closed = cell(70, "sk_stream_kill_queues+0x58", 9, 200);

    Counts c = counts(reason(70, "QUEUE_PURGE", 2, 300, lost, closed), lost, closed);

    assertEquals(4, c.counters().packets());
    assertEquals(5, c.counters().segments());
    assertEquals(40, c.counters().bytes());
    assertEquals(11, c.counters().noise(), "what has no cell is what its reason is");
    assertEquals(15, c.everything());
    assertEquals(Instant.ofEpochSecond(50), c.last());
    assertEquals(Map.of("QUEUE_PURGE", 4L), c.reasons());
    assertEquals(Map.of("neigh_destroy", 4L), c.locations());
  }

  @Test
  void otherReasonHasNoiseInSomeFunctions() {
    ProbeSnapshot.Cell closed = cell(2, "sk_stream_kill_queues.isra.0+0x58", 9, 200);
    ProbeSnapshot.Cell again = cell(2, "sk_stream_kill_queues+0x58", 1, 210);
    ProbeSnapshot.Cell lost = cell(2, "icmpv6_rcv+0x3", 4, 50);

    Counts c = counts(reason(2, "NOT_SPECIFIED", 0, 210, closed, again, lost), closed, again, lost);

    assertEquals(4, c.counters().packets());
    assertEquals(5, c.counters().segments());
    assertEquals(40, c.counters().bytes());
    assertEquals(10, c.counters().noise());
    assertEquals(Instant.ofEpochSecond(50), c.last());
    assertEquals(Map.of("NOT_SPECIFIED", 4L), c.reasons());
    assertEquals(Map.of("icmpv6_rcv", 4L), c.locations());
  }

  @Test
  void lastDropIsThatOfReasonIfItMayHaveNoCell() {
    ProbeSnapshot.Cell closed = cell(2, "sk_stream_kill_queues+0x58", 9, 200);
    ProbeSnapshot.Cell lost = cell(2, "icmpv6_rcv+0x3", 4, 50);

    Counts c = counts(reason(2, "NOT_SPECIFIED", 3, 300, closed, lost), closed, lost);

    assertEquals(7, c.counters().packets());
    assertEquals(9, c.counters().noise());
    assertEquals(Instant.ofEpochSecond(300), c.last());
  }

  @Test
  void omitsReasonThatIsOnlyNoise() {
    ProbeSnapshot.Cell sniffed = cell(80, "tpacket_rcv+0x3", 7, 50);
    ProbeSnapshot.Cell closed = cell(0, "sk_stream_kill_queues+0x50", 9, 60);

    assertEquals(
        7, counts(reason(80, "PACKET_SOCK_ERROR", 0, 50, sniffed), sniffed).counters().noise());
    ProbeSnapshot.Cell unnamed = cell(2, "packet_rcv+0x3", 7, 50);
    assertEquals(7, counts(reason(2, "NOT_SPECIFIED", 0, 50, unnamed), unnamed).counters().noise());
    Counts nameless = counts(reason(0, "-", 0, 60, closed), closed);
    assertEquals(9, nameless.counters().noise());
    assertEquals(0, nameless.counters().packets());
    assertEquals(0, nameless.counters().segments());
    assertNull(nameless.last());
    assertEquals(Map.of(), nameless.reasons());
    assertEquals(Map.of(), nameless.locations());
  }

  @Test
  void dropsAndNoiseSumToEachReason() {
    ProbeSnapshot.Cell lost = cell(70, "neigh_destroy+0x12", 4, 50);
    ProbeSnapshot.Cell closed = cell(2, "sk_stream_kill_queues+0x58", 9, 200);
    List<ProbeSnapshot.Reason> reasons =
        List.of(
            reason(70, "QUEUE_PURGE", 2, 300, lost),
            reason(2, "NOT_SPECIFIED", 5, 300, closed),
            reason(3, "NO_SOCKET", 6, 300));

    Counts c = Counts.of(snapshot("1", reasons, List.of(lost, closed)), ReasonCatalog.load());

    assertEquals(26, c.everything());
    assertEquals(4 + 5 + 6, c.counters().packets());
    assertEquals(2 + 9, c.counters().noise());
    assertEquals(Map.of("QUEUE_PURGE", 4L, "NOT_SPECIFIED", 5L, "NO_SOCKET", 6L), c.reasons());
  }

  @Test
  void noiseIsInNoOtherCount() {
    Counts c =
        Counts.of(
            snapshot(
                "1",
                List.of(reason(2, "NO_SOCKET", 10, 100), reason(70, "QUEUE_PURGE", 5, 200)),
                List.of(
                    cell(2, "__udp4_lib_rcv+0x3d1", 6, 100),
                    cell(2, "__udp4_lib_rcv+0x400", 4, 90),
                    cell(70, "sk_stream_kill_queues+0x1", 5, 200))),
            CATALOG);
    assertEquals(10, c.counters().packets());
    assertEquals(11, c.counters().segments());
    assertEquals(100, c.counters().bytes());
    assertEquals(5, c.counters().noise());
    assertEquals(3, c.counters().unkeyed());
    assertEquals(Instant.ofEpochSecond(100), c.last());
    assertEquals(Map.of("NO_SOCKET", 10L), c.reasons());
    assertEquals(Map.of("__udp4_lib_rcv", 10L), c.locations());
  }

  @Test
  void reasonWithoutNameKeepsNumber() {
    Counts c = Counts.of(snapshot("1", List.of(reason(9, "-", 1, 1)), List.of()), CATALOG);
    assertEquals(Map.of("UNNAMED_9", 1L), c.reasons());
  }

  @Test
  void cutsLocationToLimitOfApi() {
    Counts c =
        Counts.of(
            snapshot(
                "1",
                List.of(reason(2, "X", 1, 1)),
                List.of(cell(2, "f".repeat(200) + "+0x1", 1, 1))),
            CATALOG);
    assertEquals(Map.of("f".repeat(128), 1L), c.locations());
  }

  @Test
  void countsWithoutDropsHaveNoLast() {
    assertNull(Counts.of(snapshot("1", List.of(), List.of()), CATALOG).last());
  }

  @Test
  void sumsAddEachKey() {
    Counts a =
        new Counts(
            new Counters(3L, 3L, 30L, 1L, 0L), null, Map.of("X", 3L), Map.of("f", 3L), Map.of());
    Counts b =
        new Counts(
            new Counters(4L, 5L, 40L, 2L, 1L),
            Instant.ofEpochSecond(9),
            Map.of("X", 1L, "Y", 3L),
            Map.of("g", 4L),
            Map.of());
    Counts sum = a.plus(b);
    assertEquals(
        new Counts(
            new Counters(7L, 8L, 70L, 3L, 1L),
            Instant.ofEpochSecond(9),
            Map.of("X", 4L, "Y", 3L),
            Map.of("f", 3L, "g", 4L),
            Map.of()),
        sum);
    assertEquals(10, sum.everything());
  }

  @Test
  void readsPackagedCatalogue() {
    ReasonCatalog packed = ReasonCatalog.load();
    assertEquals("Noise", packed.classOf("CONSUMED").name());
    assertEquals("Routing", packed.classOf("QUEUE_PURGE").name(), "of what it drops");
    assertEquals("Unspecified", packed.classOf("NOT_SPECIFIED").name());
    assertEquals("Refused", packed.classOf("NO_SOCKET").name());
    assertEquals("Policy", packed.classOf("NETFILTER_DROP").name());
    assertNull(packed.classOf("FROM_THE_FUTURE"));
  }
}
