package io.dropprobe.agent;

import io.dropprobe.agent.kernel.FakeKernel;
import io.dropprobe.agent.module.BuilderSide;
import io.dropprobe.agent.pod.PodNetns;
import io.dropprobe.agent.report.Reporter;
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

/** One node with its agent: real parts, and fakes at the edges. Kernel and clock may be shared. */
public final class TestNode {
  public final String name;
  public final ManualTime time;
  public final FakeKernel kernel;
  public final FakeApi api = new FakeApi();
  public final BuilderSide builder;

  /** The kubelet's folders of pod logs. */
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

  /** A new agent process; the old one is gone without a word. */
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
                "DROPPROBE_STATE_DIR",
                dir.resolve("state").toString(),
                "DROPPROBE_BUILD_DIR",
                dir.resolve("build").toString()));
    agent =
        new Agent(
            settings,
            time,
            kernel,
            api,
            () -> PodNetns.of(kernel.netNamespaces(), podFolders),
            new Reporter(api, time, () -> {}, name, settings.heartbeat()));
    due = time.millis();
  }

  /** Passes as the loop would make them, the builder answering, for a time. */
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

  /** How many passes the loop makes in a time. */
  public int passesIn(Duration span) {
    int before = passes;
    run(span);
    return passes - before;
  }

  /** One pass, woken by something. */
  public void pass() {
    builder.answers();
    passes++;
    due = agent.pass();
    if (due <= time.millis()) {
      throw new AssertionError("spins: due at " + due + ", now is " + time.millis());
    }
  }

  /** Long enough for all that does not have to wait for a turn. */
  public void settle() {
    run(Duration.ofSeconds(5));
  }

  /** Long enough for the counts to be written. */
  public void report() {
    run(Duration.ofSeconds(35));
  }

  /** SIGTERM. */
  public void terminate() {
    agent.shutDown();
  }

  /** What the agent would report now. */
  public DropProbeNodeStatus now() {
    return agent.latest();
  }

  /** What the API server has of a probe; null for nothing. */
  public ProbeReport reported(String probe) {
    return api.last().probes.stream().filter(p -> p.name.equals(probe)).findFirst().orElse(null);
  }

  /** What the API server has as the state of a probe. */
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

  /** Applies a changed spec, and lets the agent act. */
  public void change(String probe, Consumer<DropProbe> change) {
    api.probes.replaceAll(
        p -> p.getMetadata().getName().equals(probe) ? TestProbe.changed(p, change) : p);
    pass();
    settle();
  }
}
