// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private static final Predicate<String> NAMES_ALL = name -> true;
  private static final Predicate<String> NAMES_NONE = name -> false;

  private static final Catalog CATALOG =
      catalog(
          """
          # A comment.
          reason    NO_SOCKET
          class     ClosedPort
          means     Nothing listens there.
          next      Look for the process.

          reason    NO_SOCKET
          to        group broadcast
          class     NotForUs
          means     No socket is in the group.
          next      Nothing.

          reason    NO_SOCKET NOT_SPECIFIED
          function  icmp_rcv ping_rcv
          class     Copy
          means     A raw socket has had it.
          next      Nothing.

          reason    QUEUE_PURGE
          class     Close
          means     A socket was closed.
          next      Nothing.

          reason    QUEUE_PURGE
          function  sk_stream_kill_queues
          class     Close
          means     A socket was closed.
          next      Nothing.

          function  tcp_v4_rcv
          unless-reason TCP_LISTEN_OVERFLOW
          class     Unspecified
          means     One of several.
          next      Nothing.

          function  tcp_v4_rcv
          if-reason TCP_LISTEN_OVERFLOW
          class     Close
          means     The last segment.
          next      Nothing.

          reason    NOT_SPECIFIED
          function  tcp_v4_rcv
          tcp       fin
          socket    time-wait
          class     Close
          means     The last segment.
          next      Nothing.

          reason    NOT_SPECIFIED
          driver    vmxnet3
          class     Completion
          means     The card has sent it.
          next      Nothing.
          """);

  private static Catalog catalog(String text) {
    return Catalog.of(CatalogFile.read(text));
  }

  private static Free at(String reason, String function) {
    return new Free(reason, function, null, null, null, null);
  }

  private static Cause cause(Free free) {
    return CATALOG.causeOf(free, NAMES_ALL);
  }

  @Test
  void namesTheCauseByTheReasonWhereTheEntryNamesNoFunction() {
    assertEquals(
        new Cause("NO_SOCKET", DropClass.ClosedPort), cause(at("NO_SOCKET", "__udp4_lib_rcv")));
  }

  @Test
  void namesTheCauseByTheFunctionThatTheEntryNames() {
    assertEquals(
        new Cause("NO_SOCKET@ping_rcv", DropClass.Copy), cause(at("NO_SOCKET", "ping_rcv")));
  }

  @Test
  void ignoresTheCompilersSuffixOfAFunction() {
    assertEquals(
        new Cause("NO_SOCKET@icmp_rcv", DropClass.Copy),
        cause(at("NO_SOCKET", "icmp_rcv.part.0.isra.1")));
  }

  @Test
  void prefersTheEntryThatNamesMore() {
    assertEquals(
        DropClass.NotForUs,
        cause(new Free("NO_SOCKET", "__udp4_lib_rcv", null, "group", null, null)).dropClass());
  }

  @Test
  void prefersTheFunctionWhereTwoEntriesNameAsMuch() {
    assertEquals(
        DropClass.Copy,
        cause(new Free("NO_SOCKET", "icmp_rcv", null, "broadcast", null, null)).dropClass());
  }

  @Test
  void matchesAFactOnlyIfTheCellHasIt() {
    assertEquals(
        DropClass.Close,
        CATALOG
            .causeOf(
                new Free("NOT_SPECIFIED", "tcp_v4_rcv", "fin", null, "time-wait", null), NAMES_NONE)
            .dropClass());
    assertEquals(
        DropClass.Unspecified,
        CATALOG
            .causeOf(new Free("NOT_SPECIFIED", "tcp_v4_rcv", "fin", null, null, null), NAMES_NONE)
            .dropClass());
  }

  @Test
  void decidesByTheReasonsThatTheKernelNames() {
    Free free = at("NOT_SPECIFIED", "tcp_v4_rcv");
    assertEquals(DropClass.Close, CATALOG.causeOf(free, NAMES_ALL).dropClass());
    assertEquals(
        DropClass.Unspecified, CATALOG.causeOf(free, Set.of("OTHER")::contains).dropClass());
  }

  @Test
  void completesThroughTheDropPathOnlyForAListedDriver() {
    assertEquals(
        new Cause("NOT_SPECIFIED", DropClass.Completion),
        cause(new Free("NOT_SPECIFIED", "net_tx_action", null, null, null, "vmxnet3")));
    assertEquals(
        new Cause("NOT_SPECIFIED", DropClass.Unspecified),
        cause(at("NOT_SPECIFIED", "net_tx_action")));
  }

  @Test
  void takesAKernelWithoutReasonsForOneThatSpecifiesNone() {
    Cause ping = new Cause("NOT_SPECIFIED@icmp_rcv", DropClass.Copy);
    assertEquals(ping, CATALOG.causeOf(at("-", "icmp_rcv"), NAMES_NONE));
    assertEquals(ping, CATALOG.causeOf(at("UNNAMED_0", "icmp_rcv"), NAMES_NONE));
    assertEquals(new Cause("UNNAMED_0", DropClass.Unspecified), cause(at("UNNAMED_0", "icmp_rcv")));
  }

  @Test
  void takesAKernelWhoseNamesCannotBeReadForOneThatSpecifiesNone() {
    Cause ping = new Cause("NOT_SPECIFIED@icmp_rcv", DropClass.Copy);
    assertEquals(ping, CATALOG.causeOf(at("UNNAMED_1", "icmp_rcv"), NAMES_NONE));
    assertEquals(ping, CATALOG.causeOf(at("UNNAMED_60", "icmp_rcv"), NAMES_NONE));
    assertEquals(
        new Cause("UNNAMED_60", DropClass.Unspecified), cause(at("UNNAMED_60", "icmp_rcv")));
  }

  @Test
  void doesNotDecideWhatNoEntryMatches() {
    assertEquals(new Cause("NEW", DropClass.Unspecified), cause(at("NEW", "f")));
    assertEquals(Effect.Unclear, cause(Free.ofReason("NEW")).effect());
  }

  @Test
  void decidesWithoutACellOnlyWhereAllEntriesOfTheReasonAgree() {
    assertEquals(new Cause("QUEUE_PURGE", DropClass.Close), cause(Free.ofReason("QUEUE_PURGE")));
    assertEquals(new Cause("NO_SOCKET", DropClass.Unspecified), cause(Free.ofReason("NO_SOCKET")));
  }

  @Test
  void decidesWithoutACellByTheEntryThatOverridesOneOfAnotherEffect() {
    Catalog catalog = Catalog.load();
    Free overflow = Free.ofReason("TCP_LISTEN_OVERFLOW");
    Predicate<String> counters = name -> name.startsWith("TcpExt");
    assertEquals(DropClass.Congestion, catalog.causeOf(overflow, counters.negate()).dropClass());
    assertEquals(DropClass.Counted, catalog.causeOf(overflow, NAMES_ALL).dropClass());
  }
}
