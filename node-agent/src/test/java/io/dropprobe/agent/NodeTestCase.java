// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.agent.kernel.FakeKernel;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** One node: a real agent between a kernel and an API server in memory. */
abstract class NodeTestCase {
  @TempDir Path dir;
  final ManualTime time = new ManualTime();
  final FakeKernel kernel = new FakeKernel(time);
  TestNode node;

  @BeforeEach
  void start() {
    node = new TestNode("worker-1", dir, time, kernel);
  }

  void applied(String name, String uid) {
    node.api.probes.add(TestProbe.probe(name, uid));
    node.pass();
    node.settle();
  }

  ProbeReport a() {
    return node.reported("a");
  }

  void appliedFor(String namespace) {
    DropProbe a = TestProbe.probe("a", "u1");
    a.getSpec().match = new Match();
    a.getSpec().match.namespaces = List.of(namespace);
    node.api.probes.add(a);
    node.pass();
    node.settle();
  }
}
