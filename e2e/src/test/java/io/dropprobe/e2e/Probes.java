// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Protocol;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Optional;

/** Creates, changes and reads DropProbes as a user does, and reads what nodes report of them. */
final class Probes {
  /** The probe that a test creates; it is deleted after the test. */
  static final String PROBE = "e2e";

  static final String NO_SOCKET = "NO_SOCKET";
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private Probes() {}

  /** Creates {@link #ofClosedPort} on every node. */
  static void create(String name) {
    Cluster.API.resource(ofClosedPort(name)).create();
  }

  /** Creates it, and waits until every node counts. */
  static void createAndAwaitReady(String name) {
    create(name);
    awaitReady(name);
  }

  /**
   * A probe that matches the packets of {@link Cluster#dropUdp} only: the kubelet's probes of
   * containers that are starting are dropped at closed ports too.
   */
  static DropProbe ofClosedPort(String name) {
    var probe = new DropProbe();
    probe.setMetadata(new ObjectMetaBuilder().withName(name).build());
    probe.getSpec().reportInterval = "5s";
    probe.getSpec().match = new Match();
    probe.getSpec().match.protocols = List.of(Protocol.UDP);
    probe.getSpec().match.ports = List.of(Cluster.CLOSED_PORT);
    return probe;
  }

  static void patch(String name, String mergePatch) {
    Cluster.API.resources(DropProbe.class).withName(name).patch(MERGE, mergePatch);
  }

  static DropProbe get(String name) {
    return Cluster.API.resources(DropProbe.class).withName(name).get();
  }

  static void delete(String name) {
    Cluster.API.resources(DropProbe.class).withName(name).delete();
  }

  /** Deletes a probe and waits until it no longer exists. */
  static void deleteAndWait(String name) {
    delete(name);
    Await.until(name + " is deleted", () -> get(name) == null, deleted -> deleted);
  }

  /** A condition of the current generation; empty if there is none. */
  static Optional<Condition> condition(String name, String type) {
    var probe = get(name);
    if (probe == null || probe.getStatus() == null || probe.getStatus().conditions == null) {
      return Optional.empty();
    }
    return probe.getStatus().conditions.stream()
        .filter(c -> c.getType().equals(type))
        .filter(c -> probe.getMetadata().getGeneration().equals(c.getObservedGeneration()))
        .findFirst();
  }

  /** A condition of a node's report; empty if there is none. */
  static Optional<Condition> nodeCondition(String node, String type) {
    var reports = Cluster.API.resources(DropProbeNode.class).withName(node).get();
    if (reports == null || reports.getStatus() == null || reports.getStatus().conditions == null) {
      return Optional.empty();
    }
    return reports.getStatus().conditions.stream()
        .filter(c -> c.getType().equals(type))
        .findFirst();
  }

  static void awaitReady(String name) {
    Await.until(
        name + " is Ready",
        () -> condition(name, "Ready"),
        c -> c.isPresent() && c.get().getStatus().equals("True"));
  }

  /** A node's entry for a probe; null if there is none. */
  static ProbeReport report(String name, String node) {
    var reports = Cluster.API.resources(DropProbeNode.class).withName(node).get();
    if (reports == null || reports.getStatus() == null || reports.getStatus().probes == null) {
      return null;
    }
    return reports.getStatus().probes.stream()
        .filter(p -> p.name.equals(name))
        .findFirst()
        .orElse(null);
  }

  /**
   * Packets of a reason, without noise, in a node's report; 0 if the report does not list it; -1 if
   * there is no report of an active probe.
   */
  static long count(String name, String node, String reason) {
    var report = report(name, node);
    if (report == null || report.state != ProbeState.Active || report.refused == null) {
      return -1;
    }
    if (report.causes == null) {
      return 0;
    }
    return report.causes.stream()
        .filter(c -> c.effect != Effect.Noise && c.cause.split("@")[0].equals(reason))
        .mapToLong(c -> c.packets)
        .sum();
  }

  /** Drops packets on the node, and waits until {@link #PROBE} has exactly {@code total} there. */
  static void dropAndAwait(String node, int packets, long total) {
    dropAndAwait(PROBE, node, packets, total);
  }

  /** Likewise for a probe of another name. */
  static void dropAndAwait(String name, String node, int packets, long total) {
    Cluster.dropUdp(node, packets);
    awaitNoSocket(name, node, total);
  }

  /** Waits until the report of a node has exactly this many packets of reason NO_SOCKET. */
  static void awaitNoSocket(String name, String node, long packets) {
    Await.until(
        "%s on %s has %d NO_SOCKET".formatted(name, node, packets),
        () -> {
          var now = count(name, node, NO_SOCKET);
          if (now > packets) {
            throw new IllegalStateException("already " + now + " packets");
          }
          return now;
        },
        n -> n == packets);
  }
}
