// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static io.dropprobe.e2e.Cluster.NODES;
import static io.dropprobe.e2e.Cluster.inMaker;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.Packets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What pods do on both nodes, which have different kernels, and what the status of a DropProbe says
 * of it. {@code make truth} has many more workloads, without a cluster.
 */
@OnCluster
class TruthIT {
  /**
   * What a pod does.
   *
   * @param name also of its probe, which matches its port
   * @param effect of the packets that it frees
   * @param run runs it on a node, and returns how many packets are lost or refused there by its own
   *     measurement
   */
  private record Workload(String name, Effect effect, int port, ToLongFunction<String> run) {}

  private static final List<Workload> WORKLOADS =
      List.of(
          new Workload("closed-udp", Effect.Refused, 2001, n -> send(n, "127.0.0.1", 2001, 40)),
          new Workload("closed-udp-ipv6", Effect.Refused, 2002, n -> send(n, "::1", 2002, 30)),
          new Workload(
              "closed-tcp",
              Effect.Refused,
              2003,
              n -> traffic(n, "tcp-connect", "127.0.0.1", "2003", "20")),
          new Workload("packet-filter", Effect.Refused, 2004, TruthIT::filtered),
          new Workload(
              "full-buffer", Effect.Lost, 2005, n -> traffic(n, "udp-unread", "200", "2005")),
          new Workload("silent-neighbour", Effect.Lost, 2006, TruthIT::silentNeighbour),
          new Workload(
              "delivered-udp",
              Effect.Noise,
              2007,
              n -> healthy(traffic(n, "udp-loopback", "500", "2007"), 500)),
          new Workload(
              "orderly-ends",
              Effect.Noise,
              2008,
              n -> healthy(traffic(n, "tcp-close", "50", "2008"), 0)),
          new Workload(
              "stalled-reader",
              Effect.Noise,
              2009,
              n -> healthy(traffic(n, "tcp-stall", "20000000", "2009"), 20_000_000)),
          new Workload("other-node", Effect.Noise, 2010, TruthIT::transferToOtherNode),
          new Workload("unheard-group", Effect.Noise, 2011, TruthIT::unheardGroup));

  @AfterEach
  void deleteProbes() {
    WORKLOADS.forEach(w -> Probes.delete(w.name()));
    Probes.delete(Probes.PROBE);
    WORKLOADS.forEach(w -> Probes.deleteAndWait(w.name()));
    Probes.deleteAndWait(Probes.PROBE);
  }

  @Test
  void statusShowsWhatPodsLoseAndNothingElse() {
    for (var workload : WORKLOADS) {
      var probe = Probes.ofClosedPort(workload.name());
      probe.getSpec().match.protocols = null;
      probe.getSpec().match.ports = List.of(workload.port());
      Cluster.API.resource(probe).create();
    }
    WORKLOADS.forEach(w -> Probes.awaitReady(w.name()));

    Map<Workload, String> expected = new LinkedHashMap<>();
    for (var workload : WORKLOADS) {
      expected.put(workload, text(workload, NODES.stream().mapToLong(workload.run()).sum()));
    }
    expected.forEach(
        (workload, text) ->
            Await.until(
                workload.name() + " shows " + text, () -> shown(workload.name()), text::equals));
    awaitReportsAfter(Instant.now());
    expected.forEach(
        (workload, text) -> assertEquals(text, shown(workload.name()), workload.name()));
  }

  /** No kernel frees them as dropped, and its counter knows namespaces, but no ports. */
  @Test
  void connectionsThatListenerHasNoRoomForAreLost() {
    var probe = Probes.ofClosedPort(Probes.PROBE);
    probe.getSpec().match = new Match();
    probe.getSpec().match.namespaces = List.of(Cluster.MAKERS);
    Cluster.API.resource(probe).create();
    Probes.awaitReady(Probes.PROBE);
    long lost = NODES.stream().mapToLong(n -> traffic(n, "tcp-overflow", "150", "2012")).sum();
    assertEquals(NODES.size() * 150L, lost, "connections that were not made");

    String text = text(lost, 0, 0);
    Await.until("the status shows " + text, () -> shown(Probes.PROBE), text::equals);
    var status = Probes.get(Probes.PROBE).getStatus();
    assertEquals(lost, status.packets.silent);
    assertEquals("TcpExtListenDrops", status.summary.topCause);
  }

  /** Everything is counted: what the kubelets, the API server and DropProbe itself do. */
  @Tag("long")
  @Test
  void idleClusterLosesNothing() throws InterruptedException {
    var probe = Probes.ofClosedPort(Probes.PROBE);
    probe.getSpec().match = null;
    Cluster.API.resource(probe).create();
    Probes.awaitReady(Probes.PROBE);
    Thread.sleep(Duration.ofMinutes(10).toMillis());
    awaitReportsAfter(Instant.now());
    var status = Probes.get(Probes.PROBE).getStatus();
    System.out.println(
        "ten idle minutes: "
            + Cluster.API.getKubernetesSerialization().asJson(status.packets)
            + Cluster.API.getKubernetesSerialization().asJson(status.topCauses));
    assertEquals(0, status.packets.lost, "packets lost by an idle cluster");
  }

  private static String text(Workload workload, long packets) {
    return text(
        workload.effect() == Effect.Lost ? packets : 0,
        workload.effect() == Effect.Refused ? packets : 0,
        0);
  }

  private static String shown(String probe) {
    Packets packets = Probes.get(probe).getStatus().packets;
    return text(packets.lost, packets.refused, packets.unclear);
  }

  private static String text(Object lost, Object refused, Object unclear) {
    return "lost %s, refused %s, unclear %s".formatted(lost, refused, unclear);
  }

  private static void awaitReportsAfter(Instant time) {
    for (var node : NODES) {
      Await.until(
          node + " has reported since " + time,
          () -> Instant.parse(Cluster.report(node).getStatus().reportedAt),
          at -> at.isAfter(time));
    }
  }

  private static long traffic(String node, String... words) {
    var line = new String[words.length + 1];
    line[0] = "traffic";
    System.arraycopy(words, 0, line, 1, words.length);
    var printed = inMaker(node, line);
    return printed.isEmpty() ? 0 : Long.parseLong(printed);
  }

  private static long send(String node, String address, int port, int packets) {
    Cluster.sendUdp(node, address, port, packets);
    return packets;
  }

  private static long healthy(long measured, long all) {
    assertEquals(all, measured, "not all has arrived");
    return 0;
  }

  private static long filtered(String node) {
    inMaker(node, "nft", "add table inet truth");
    inMaker(node, "nft", "add chain inet truth in { type filter hook input priority 0; }");
    inMaker(node, "nft", "add rule inet truth in udp dport 2004 drop");
    try {
      return send(node, "127.0.0.1", 2004, 60);
    } finally {
      inMaker(node, "nft", "delete table inet truth");
    }
  }

  /** The address belongs to a network whose other end never answers. */
  private static long silentNeighbour(String node) {
    inMaker(node, "ip", "link", "add", "silent", "type", "veth", "peer", "name", "hole");
    try {
      inMaker(node, "ip", "addr", "add", "10.99.0.1/24", "dev", "silent");
      inMaker(node, "ip", "link", "set", "silent", "up");
      inMaker(node, "ip", "link", "set", "hole", "up");
      var packets = send(node, "10.99.0.2", 2006, 3);
      Await.until(
          "the neighbour is given up",
          () -> inMaker(node, "ip", "neigh", "show", "dev", "silent"),
          state -> state.contains("FAILED") || state.isEmpty());
      return packets;
    } finally {
      inMaker(node, "ip", "link", "delete", "silent");
    }
  }

  private static long transferToOtherNode(String node) {
    var other = NODES.stream().filter(n -> !n.equals(node)).findFirst().orElseThrow();
    inMaker(other, "sh", "-c", "traffic tcp-echo 2010 >/dev/null 2>&1 & echo $! >/tmp/echo");
    try {
      return healthy(
          traffic(node, "tcp-send", Cluster.makerAddress(other), "2010", "1000000"), 1_000_000);
    } finally {
      inMaker(other, "sh", "-c", "kill $(cat /tmp/echo)");
    }
  }

  private static long unheardGroup(String node) {
    send(node, "224.0.0.99", 2011, 20);
    return 0;
  }
}
