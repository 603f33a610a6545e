// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.kernel.FakeKernel;
import io.dropprobe.agent.module.BuilderSide;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.fabric8.kubernetes.api.model.Condition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** One node with its agent: real parts between a fake kernel and a fake API server. */
public final class TestNode {
  public final String name;
  public final ManualTime time;
  public final FakeKernel kernel;
  public final FakeApi api = new FakeApi();
  public final BuilderSide builder;

  /** Whether the operator lets the nodes wait for canaries; from the next start on. */
  public boolean canaries;

  /** Names of the kubelet's pod log directories. */
  public Optional<List<String>> podFolders = Optional.of(List.of());

  private final Path dir;
  private Agent agent;
  private long due;
  private int passes;

  public TestNode(String name, Path dir, ManualTime time, FakeKernel kernel) {
    this.name = name;
    this.dir = dir.resolve(name);
    this.time = time;
    this.kernel = kernel;
    this.builder = new BuilderSide(this.dir.resolve("build")).starts("source-1");
    start();
  }

  /** Holds the journal and the built modules. */
  public Path stateDir() {
    return dir.resolve("state");
  }

  /** Starts a new agent process, as after a kill of the old one. */
  public void start() {
    api.restart();
    Settings settings =
        Settings.from(
            Map.of(
                "DROPPROBE_NODE_NAME",
                name,
                "DROPPROBE_NAMESPACE",
                "dropprobe-system",
                "DROPPROBE_LEASE",
                "60s",
                "DROPPROBE_MODULE_MEMORY_LIMIT",
                "64",
                "DROPPROBE_CANARIES",
                Boolean.toString(canaries),
                "DROPPROBE_STATE_DIR",
                stateDir().toString(),
                "DROPPROBE_BUILD_DIR",
                dir.resolve("build").toString()));
    agent = new Agent(settings, time, kernel, api, () -> podFolders, api, () -> {});
    due = time.millis();
  }

  /** Makes passes for a time as the loop would, while the builder answers. */
  public void run(Duration span) {
    long end = time.millis() + span.toMillis();
    while (due <= end) {
      if (due > time.millis()) {
        time.pass(Duration.ofMillis(due - time.millis()));
      }
      pass();
    }
    time.pass(Duration.ofMillis(end - time.millis()));
  }

  /** Counts the passes that the loop makes in a time. */
  public int passesIn(Duration span) {
    int before = passes;
    run(span);
    return passes - before;
  }

  /** Makes one pass now. */
  public void pass() {
    builder.answers();
    passes++;
    due = agent.pass();
    if (due <= time.millis()) {
      throw new AssertionError("the loop spins: due at " + due + ", now is " + time.millis());
    }
  }

  /** Runs long enough for everything but a write of counts. */
  public void settle() {
    run(Duration.ofSeconds(5));
  }

  /** Runs long enough for the counts to be written. */
  public void report() {
    run(Duration.ofSeconds(35));
  }

  /** Ends the agent with SIGTERM. */
  public void terminate() {
    agent.shutDown();
  }

  /** The newest report, written or not. */
  public DropProbeNodeStatus now() {
    return agent.latest().report();
  }

  /** The complete counts, as for metrics. */
  public Map<String, Counts> allCounts() {
    return agent.counts();
  }

  /** The complete counts of a probe, as for metrics; null if there are none. */
  public Counts counts(String probe) {
    return allCounts().get(probe);
  }

  /** Whether a pass has known the API server's state, as for the readiness probe. */
  public boolean ready() {
    return agent.latest() != null;
  }

  /** The API server's report of a probe; null if it has none. */
  public ProbeReport reported(String probe) {
    return api.last().probes.stream().filter(p -> p.name.equals(probe)).findFirst().orElse(null);
  }

  /** The API server's state of a probe; null if it has none. */
  public ProbeState state(String probe) {
    ProbeReport p = reported(probe);
    return p == null ? null : p.state;
  }

  /** {@code status/reason} of a condition. */
  public String condition(String type) {
    Condition c =
        api.last().conditions.stream()
            .filter(x -> x.getType().equals(type))
            .findFirst()
            .orElseThrow();
    return c.getStatus() + "/" + c.getReason();
  }

  /** Applies a changed spec and lets the agent act. */
  public void change(String probe, Consumer<DropProbe> change) {
    api.probes.replaceAll(
        p -> p.getMetadata().getName().equals(probe) ? TestProbe.changed(p, change) : p);
    pass();
    settle();
  }
}
