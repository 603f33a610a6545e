// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.TestSnapshot;
import io.dropprobe.api.catalog.Free;
import io.dropprobe.api.v1alpha1.Direction;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a reading of the kernel has grown by. */
class ReadingTest {
  private static final Interfaces DRIVERS =
      new Interfaces(
          Map.of(new Interfaces.Id("1", 2), "tulip", new Interfaces.Id("1", 3), "vif"),
          Map.of(),
          Map.of());

  private static PacketCounters packets(long n) {
    return new PacketCounters(n, n, n * 10, Instant.ofEpochSecond(5));
  }

  private static ProbeSnapshot.Cell cell(
      String location, String direction, long ifindex, String tcp, long n) {
    return new ProbeSnapshot.Cell(
        2,
        location,
        null,
        direction.equals("in") ? Direction.In : Direction.Out,
        ifindex == 0 ? Interfaces.Id.NONE : new Interfaces.Id("1", ifindex),
        new ProbeSnapshot.Facts(tcp, null, null),
        packets(n));
  }

  private static Map<Key, PacketCounters> sums(long total, ProbeSnapshot.Cell... cells) {
    ProbeSnapshot probe =
        TestSnapshot.of("a", "u1")
            .counted(
                List.of(new ProbeSnapshot.Reason(2, "NOT_SPECIFIED", packets(total))),
                List.of(cells))
            .build();
    return Reading.sums(probe, DRIVERS);
  }

  private static Map<String, Long> shortened(Map<Key, PacketCounters> growth) {
    return growth.entrySet().stream()
        .collect(
            Collectors.toMap(
                e -> {
                  Free f = e.getKey().free();
                  return f.function()
                      + (f.driver() == null ? "" : " " + f.driver())
                      + (f.tcp() == null ? "" : " " + f.tcp())
                      + (e.getKey().direction() == Direction.Out ? " out" : "");
                },
                e -> e.getValue().packets()));
  }

  private static Reading reading(Map<Key, PacketCounters> sums) {
    return new Reading(sums, PacketCounters.ZERO, Map.of());
  }

  private static Map<String, Long> growth(
      Map<Key, PacketCounters> before, Map<Key, PacketCounters> now) {
    return shortened(Growth.of(before, PacketCounters.ZERO, now));
  }

  @Test
  void sumsCellsByWhatTheirMeaningDependsOn() {
    assertEquals(
        Map.of(
            "tcp_v4_rcv fin", 5L,
            "tcp_v4_rcv data", 1L,
            "tcp_v4_rcv data out", 1L,
            "net_tx_action tulip", 4L,
            "net_tx_action", 2L,
            "null", 3L),
        shortened(
            sums(
                16,
                cell("tcp_v4_rcv+0x1", "in", 0, "fin", 2),
                cell("tcp_v4_rcv.isra.0+0x9", "in", 2, "fin", 3),
                cell("tcp_v4_rcv+0x1", "in", 0, "data", 1),
                cell("tcp_v4_rcv+0x1", "out", 0, "data", 1),
                cell("net_tx_action+0x1", "in", 2, null, 4),
                cell("net_tx_action+0x1", "in", 0, null, 2))));
  }

  @Test
  void reasonWithoutNameKeepsNumberAndLongLocationIsCut() {
    ProbeSnapshot probe =
        TestSnapshot.of("a", "u1")
            .counted(
                List.of(new ProbeSnapshot.Reason(9, "-", packets(1))),
                List.of(TestSnapshot.cell(9, "f".repeat(200) + "+0x1", packets(1))))
            .build();
    Free free = Reading.sums(probe, DRIVERS).keySet().iterator().next().free();
    assertEquals("UNNAMED_9", free.reason());
    assertEquals("f".repeat(128), free.function());
  }

  @Test
  void probesShareTheirNames() {
    Free a = sums(2, cell("tcp_v4_rcv+0x1", "in", 0, "fin", 2)).keySet().iterator().next().free();
    Free b = sums(3, cell("tcp_v4_rcv+0x2", "in", 0, "fin", 3)).keySet().iterator().next().free();
    assertSame(a.function(), b.function());
    assertSame(a.reason(), b.reason());
  }

  /** Cells of a table that is nearly full lose their interface, and so the driver. */
  @Test
  void foldedCellsKeepTheirDriver() {
    assertEquals(
        Map.of("net_tx_action tulip", 9L),
        growth(
            sums(100, cell("net_tx_action+0x1", "in", 2, null, 100)),
            sums(
                109,
                cell("net_tx_action+0x1", "in", 0, null, 105),
                cell("net_tx_action+0x1", "in", 2, null, 4))));
  }

  /** A table that many kinds of packets fill loses hundreds of sums at once. */
  @Test
  void manySumsMoveInShortTime() {
    Map<Key, PacketCounters> before = new HashMap<>();
    Map<Key, PacketCounters> now = new HashMap<>();
    for (int i = 0; i < 3000; i++) {
      Free known = new Free("NOT_SPECIFIED", "old" + i, null, null, null, null);
      before.put(new Key(known, Direction.In), packets(10));
      Free address = new Free("NOT_SPECIFIED", "new" + i, null, null, null, null);
      now.put(new Key(address, Direction.In), packets(11));
    }
    Map<Key, PacketCounters> growth =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20), () -> Growth.of(before, PacketCounters.ZERO, now));
    assertEquals(3000, growth.values().stream().mapToLong(PacketCounters::packets).sum());
  }

  @Test
  void functionOfUnloadedModuleDoesNotGrowUnderItsAddress() {
    assertEquals(
        Map.of("icmp_rcv", 2L, "0xffffffffc0123456", 1L),
        growth(
            sums(
                15,
                cell("gone_rcv+0x1", "in", 0, null, 10),
                cell("icmp_rcv+0x1", "in", 0, null, 5)),
            sums(
                18,
                cell("0xffffffffc0123456", "in", 0, null, 11),
                cell("icmp_rcv+0x1", "in", 0, null, 7))));
  }

  private static Key full(String function) {
    Direction direction = function == null ? Direction.Unknown : Direction.In;
    return new Key(new Free("FULL", function, null, null, null, null), direction);
  }

  /** Cells of a table with very many kinds of packets are merged by their reason alone. */
  @Test
  void sumWithMorePacketsAndFewerBytesHasNoNegativeGrowth() {
    Instant last = Instant.ofEpochSecond(5);
    PacketCounters large = new PacketCounters(10, 400, 90_000, last);
    PacketCounters small = new PacketCounters(11, 11, 308, last);
    assertEquals(
        Map.of(
            full("f"), new PacketCounters(1, 1, 0, last),
            full(null), new PacketCounters(10, 10, 308, last)),
        Growth.of(
            Map.of(full("f"), large),
            PacketCounters.ZERO,
            Map.of(full(null), large, full("f"), small)));
  }

  @Test
  void newSumGrowsWhileAnotherOneIsMergedByItsReason() {
    assertEquals(
        Map.of("enqueue_to_backlog", 7L, "null", 2L),
        growth(
            sums(100, cell("tcp_rcv_state_process+0x1", "in", 0, "empty", 100)),
            sums(109, cell("enqueue_to_backlog+0x1", "in", 0, null, 7))));
  }

  @Test
  void sumsThatTheJournalDidNotKeepGrowWithoutName() {
    Map<Key, PacketCounters> growth =
        Growth.of(
            sums(5, cell("icmp_rcv+0x1", "in", 0, null, 5)),
            packets(20),
            sums(
                31,
                cell("icmp_rcv+0x1", "in", 0, null, 6),
                cell("tcp_v4_rcv+0x1", "in", 0, null, 25)));
    assertEquals(Map.of("icmp_rcv", 1L, "null", 5L), shortened(growth));
    assertEquals(5, growth.get(Key.UNKNOWN).packets());
  }

  @Test
  void journalKeepsLargestSums() {
    TestFrees frees = new TestFrees("e1");
    for (int i = 1; i <= Reading.KEYS + 3; i++) {
      frees.free("FULL", "f" + i, i);
    }
    Reading bounded = reading(frees.sums()).bounded();
    assertEquals(Reading.KEYS, bounded.sums().size());
    assertEquals(1 + 2 + 3, bounded.rest().packets());
  }

  @Test
  void smallerReadingChangesNothing() {
    Reading before = reading(new TestFrees("e1").free("FULL", "f", 7).sums());
    Reading.Pass pass =
        before.next(new TestFrees("e1").free("FULL", "f", 6).sums(), waits -> false);
    assertEquals(Map.of(), pass.due());
    assertSame(before, pass.next());
  }
}
