// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.Direction;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CounterParserTest {
  private static final String WHOLE =
      """
      probe name=checkout-drops uid=0b9c abi=1 owner=worker-1 active=y lease=115 epoch=9f3c since=1767225600 now=1767225661 gap=7
      total packets=1003 segments=1010 bytes=92276 filtered=17 undecided=5 unkeyed=1 notdrops=4
      reason id=2 name=NO_SOCKET packets=1000 segments=1007 bytes=92000 last=1767225660
      reason id=6 name=NETFILTER_DROP packets=3 segments=3 bytes=276 last=1767225650
      cell reason=2 location=__udp4_lib_rcv+0x3d1 module=udp family=4 protocol=17 direction=in netns=18446744073709551615 ifindex=1 cgroup=0 tcp=data to=group socket=listen packets=999 segments=999 bytes=91908 last=1767225660
      stage name=tcp_v4_rcv via=kprobe symbol=tcp_v4_rcv packets=81234 segments=90021 missed=0
      stage name=napi_gro_receive via=none
      end records=7
      """;

  @Test
  void parsesAllKnownRecords() {
    ProbeSnapshot p = CounterParser.parse(WHOLE);

    assertEquals("checkout-drops", p.name());
    assertEquals("0b9c", p.uid());
    assertTrue(p.ownedBy("worker-1"));
    assertTrue(p.active());
    assertEquals(115, p.lease());
    assertEquals("9f3c", p.epoch());
    assertEquals(Instant.ofEpochSecond(1767225600), p.since());
    assertEquals(7, p.gap());
    assertEquals(17, p.filtered());
    assertEquals(5, p.undecided());
    assertEquals(1, p.unkeyed());
    assertEquals(1003, p.packets());
    assertEquals(
        new ProbeSnapshot.Reason(
            6, "NETFILTER_DROP", new PacketCounters(3, 3, 276, Instant.ofEpochSecond(1767225650))),
        p.reasons().get(1));
    assertEquals(
        List.of(
            new StageReading("tcp_v4_rcv", "kprobe", "tcp_v4_rcv", 81234L, 90021L, 0L),
            new StageReading("napi_gro_receive", "none", null, null, null, null)),
        p.stages());
    assertEquals(
        new ProbeSnapshot.Cell(
            2,
            "__udp4_lib_rcv+0x3d1",
            "udp",
            Direction.In,
            Interfaces.Id.NONE,
            new ProbeSnapshot.Facts("data", "group", "listen"),
            new PacketCounters(999, 999, 91908, Instant.ofEpochSecond(1767225660))),
        p.cells().get(0));
  }

  /** A node has tens of thousands of cells, and the agent little memory. */
  @Test
  void cellsThatAgentDoesNotTellApartAreAddedUp() {
    String cell =
        "cell reason=2 location=%s+0x1 family=%d protocol=6 direction=in netns=%d ifindex=2 cgroup=%d"
            + " packets=1 segments=2 bytes=9 last=%d\n";
    StringBuilder cells = new StringBuilder();
    for (int i = 1; i <= 3; i++) {
      cells.append(cell.formatted("tcp_v4_rcv", i, i, i, i));
      cells.append(cell.formatted("net_tx_action", i, i, i, i));
    }
    String text =
        WHOLE
            .replaceFirst("(?m)^cell .*\n", cells.toString())
            .replace("end records=7", "end records=12");
    List<ProbeSnapshot.Cell> parsed = CounterParser.parse(text).cells();
    assertEquals(
        List.of("tcp_v4_rcv+0x1", "net_tx_action+0x1", "net_tx_action+0x1", "net_tx_action+0x1"),
        parsed.stream().map(ProbeSnapshot.Cell::location).toList());
    assertEquals(new PacketCounters(3, 6, 27, Instant.ofEpochSecond(3)), parsed.get(0).counters());
    assertEquals(new Interfaces.Id("3", 2), parsed.get(3).iface(), "has a driver");
  }

  @Test
  void cellOfRemovedNamespaceHasNeitherFactsNorInterface() {
    String text =
        WHOLE.replaceFirst(
            "(?m)^cell .*\n",
            "cell reason=2 location=icmp_rcv+0x1 family=0 protocol=0 direction=unknown netns=7"
                + " ifindex=0 cgroup=0 gone=y packets=1 segments=1 bytes=9 last=5\n");
    assertEquals(
        new ProbeSnapshot.Cell(
            2,
            "icmp_rcv+0x1",
            null,
            Direction.Unknown,
            Interfaces.Id.NONE,
            ProbeSnapshot.Facts.NONE,
            new PacketCounters(1, 1, 9, Instant.ofEpochSecond(5))),
        CounterParser.parse(text).cells().get(0));
  }

  @Test
  void parsesTagAndItsAbsence() {
    assertEquals("0a1b", CounterParser.parse(WHOLE.replace("gap=7", "gap=7 tag=0a1b")).tag());
    assertNull(CounterParser.parse(WHOLE.replace("gap=7", "gap=7 tag=-")).tag());
    assertNull(CounterParser.parse(WHOLE).tag());
  }

  @Test
  void parsesMissingCpusAndTheirAbsence() {
    String missing = WHOLE.replace("notdrops=4", "missing-cpus=2 notdrops=4");
    assertEquals(2, CounterParser.parse(missing).missingCpus());
    assertEquals(0, CounterParser.parse(WHOLE).missingCpus());
  }

  @Test
  void probeThatNeverCountedHasNoSince() {
    assertNull(CounterParser.parse(WHOLE.replace("since=1767225600", "since=0")).since());
  }

  @Test
  void manualProbeHasNoOwner() {
    ProbeSnapshot p =
        CounterParser.parse(
            """
            probe name=_manual uid=- abi=1 owner=- active=n lease=0 epoch=1 since=0 now=5 gap=0
            total packets=0 segments=0 bytes=0 filtered=0 undecided=0 unkeyed=0 notdrops=0
            end records=2
            """);
    assertTrue(p.manual());
    assertFalse(p.leasedByAnother("worker-1"));
  }

  /** A read that is truncated anywhere is never accepted. */
  @Test
  void refusesTruncatedReadWhereverItIsCut() {
    for (int length = 0; length < WHOLE.length(); length++) {
      String truncated = WHOLE.substring(0, length);
      assertThrows(TruncatedReadException.class, () -> CounterParser.parse(truncated), truncated);
    }
  }

  @Test
  void refusesReadWithMissingRecord() {
    String text = WHOLE.replaceFirst("(?m)^cell .*\n", "");
    TruncatedReadException e =
        assertThrows(TruncatedReadException.class, () -> CounterParser.parse(text));
    assertEquals("6 records, but the record 'end' announces 7", e.getMessage());
  }

  @Test
  void refusesTotalThatIsNotSumOfReasons() {
    String text = WHOLE.replace("total packets=1003", "total packets=1004");
    assertThrows(TruncatedReadException.class, () -> CounterParser.parse(text));
  }

  @Test
  void skipsRecordsAndKeysOfNewerModule() {
    String text =
        WHOLE
            .replace("end records=7", "flow reason=2 tuple=x\nend records=8")
            .replace("gap=7", "gap=7 colour=red");
    assertEquals(1003, CounterParser.parse(text).packets());
  }
}
