// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import static io.dropprobe.e2e.Cluster.NODES;
import static io.dropprobe.e2e.Probes.PROBE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Installs DropProbe before the first test of all classes, and keeps an inactive probe on every
 * node until the last: an agent takes a minute to start on an emulated node. After each test it
 * deletes that test's probe; at the end all, and waits until the module is unloaded.
 */
final class RunningAgents implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {
  private static final String KEEPER = "keeper";

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(Namespace.create(RunningAgents.class))
        .computeIfAbsent(RunningAgents.class, key -> install(), AutoCloseable.class);
  }

  static AutoCloseable install() {
    Cluster.kubectl("apply", "-k", "deploy/overlays/local");
    Cluster.kubectl("apply", "-f", "e2e/drop-maker.yaml");
    Cluster.awaitRollout("dropprobe-story", "daemonset/drop-maker");
    Cluster.awaitRollout(Cluster.NAMESPACE, "deployment/dropprobe-operator");
    assertTrue(NODES.size() >= 2, "nodes of the local cluster: " + NODES);
    return RunningAgents::deleteAllAndAwaitUnload;
  }

  /** Ends the agents, if no other probe exists. */
  static void deleteAllAndAwaitUnload() {
    Probes.deleteAndWait(KEEPER);
    Await.until(
        "no node has the module loaded",
        () -> NODES.stream().filter(Cluster::moduleLoaded).toList(),
        List::isEmpty);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    keep();
  }

  /** Keeps the agents first, or they would end with a probe that has been the only one. */
  @Override
  public void afterEach(ExtensionContext context) {
    if (Probes.get(PROBE) != null) {
      keep();
      Probes.deleteAndWait(PROBE);
    }
  }

  private static void keep() {
    if (Probes.get(KEEPER) == null) {
      var probe = Probes.ofClosedPort(KEEPER);
      probe.getSpec().active = false;
      Cluster.API.resource(probe).create();
    }
  }

  /** Creates the test's probe and waits until each node counts for it and for no other. */
  static void replaceByTheTestsProbe() {
    Probes.createAndAwaitReady(PROBE);
    Probes.deleteAndWait(KEEPER);
  }
}
