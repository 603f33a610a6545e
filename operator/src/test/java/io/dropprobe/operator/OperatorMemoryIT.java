// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.Direction;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.LocationCount;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.FakeNode;
import io.dropprobe.operator.testing.OperatorProcess;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged operator with a memory limit and many nodes. Prints the memory used; the sizes in
 * {@code docs/operations.md} come from here. Takes minutes, so it runs only with {@code
 * -Ddropprobe.nodes=5000 -Ddropprobe.memory=1024}.
 */
class OperatorMemoryIT {
  private static final int PROBES = 3;
  private static final int WORKERS = 8;

  /** Number of entries of a probe without match on a busy node. */
  private static final int ENTRIES = 40;

  @TempDir Path dir;

  @Test
  void staysWithinItsMemoryLimit() throws Exception {
    int nodes = Integer.getInteger("dropprobe.nodes", 0);
    int memory = Integer.getInteger("dropprobe.memory", 0);
    Assumptions.assumeTrue(
        nodes > 0 && memory > 0,
        "takes minutes; needs -Ddropprobe.nodes and -Ddropprobe.memory (MiB)");
    ApiServer api = ApiServer.get();
    List<DropProbe> probes =
        IntStream.range(0, PROBES).mapToObj(i -> api.admin().resource(probe(i)).create()).toList();
    try {
      each(nodes, i -> report(api, name(i), probes));
      try (OperatorProcess operator =
          new OperatorProcess(dir, api.kubeconfig(), memory, Map.of())) {
        for (DropProbe p : probes) {
          String name = p.getMetadata().getName();
          Await.until(
              "every node counted in " + name,
              () -> {
                assertTrue(operator.process().isAlive(), operator::log);
                DropProbeStatus s =
                    api.admin().resources(DropProbe.class).withName(name).get().getStatus();
                return s.packets != null
                    && s.packets.lost == (long) nodes * ENTRIES
                    && s.nodes.ready == nodes;
              },
              operator::log);
        }
        System.out.printf(
            "%d nodes, %d probes of %d causes and locations: limit %d MiB, resident at most %d%n",
            nodes, PROBES, ENTRIES, memory, operator.peakMib());
        assertTrue(operator.peakMib() <= memory, () -> "more than the limit of the container");
      }
    } finally {
      api.admin().resources(DropProbe.class).delete();
      // One by one: the client would time out on the list.
      each(
          nodes,
          i -> {
            api.admin().nodes().withName(name(i)).delete();
            api.admin().resources(DropProbeNode.class).withName(name(i)).delete();
          });
    }
  }

  private static String name(int i) {
    return "node-%05d.some-region.example".formatted(i);
  }

  private static void report(ApiServer api, String node, List<DropProbe> probes) {
    new FakeNode(api, node, Map.of("topology.kubernetes.io/zone", "zone-a"))
        .reports(s -> s.probes = probes.stream().map(OperatorMemoryIT::entry).toList());
  }

  private static void each(int nodes, IntConsumer act) throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < nodes; i++) {
        int n = i;
        all.add(workers.submit(() -> act.accept(n)));
      }
      for (Future<?> f : all) {
        f.get();
      }
    } finally {
      workers.shutdownNow();
    }
  }

  private static DropProbe probe(int i) {
    DropProbe p = new DropProbe();
    p.setMetadata(new ObjectMetaBuilder().withName("broad-" + i).build());
    return p;
  }

  private static ProbeReport entry(DropProbe probe) {
    ProbeReport p = new ProbeReport();
    p.name = probe.getMetadata().getName();
    p.uid = probe.getMetadata().getUid();
    p.observedGeneration = probe.getMetadata().getGeneration();
    p.state = ProbeState.Active;
    p.epoch = "e1";
    p.lost = (long) ENTRIES;
    p.bytes = 100L * ENTRIES;
    p.lostPerSecond = "1";
    p.causes = Stream.iterate(0, i -> i + 1).limit(ENTRIES).map(OperatorMemoryIT::cause).toList();
    p.locations =
        Stream.iterate(0, i -> i + 1).limit(ENTRIES).map(OperatorMemoryIT::location).toList();
    return p;
  }

  private static NodeCause cause(int i) {
    NodeCause cause =
        new NodeCause(
            "SKB_DROP_REASON_%d".formatted(i),
            Effect.Lost,
            DropClass.Congestion,
            "some_function_of_the_kernel_%d".formatted(i),
            1L,
            Direction.In);
    cause.perSecond = "0.025";
    return cause;
  }

  private static LocationCount location(int i) {
    LocationCount l = new LocationCount();
    l.location = "some_function_of_the_kernel_%d".formatted(i);
    l.packets = 1L;
    return l;
  }
}
