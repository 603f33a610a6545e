// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.agent.api.Clients;
import io.dropprobe.agent.api.ClusterView;
import io.dropprobe.agent.api.KubernetesCluster;
import io.dropprobe.agent.api.ServerSideApplyWriter;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.LinuxKernel;
import io.dropprobe.agent.kernel.LinuxSyscalls;
import io.dropprobe.agent.metrics.AgentStats;
import io.dropprobe.agent.metrics.HttpEndpoint;
import io.dropprobe.agent.metrics.Listener;
import io.dropprobe.agent.metrics.MetricsText;
import io.dropprobe.agent.platform.LastingLogManager;
import io.dropprobe.agent.platform.Logging;
import io.dropprobe.agent.pod.PodFolders;
import io.dropprobe.agent.report.Reporter;
import io.dropprobe.api.client.ServerTime;
import io.dropprobe.api.client.Time;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;

/** Starts the agent and runs it until SIGTERM. */
public final class Main {
  static {
    // Must be set before the first logger is made.
    System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
  }

  private static final System.Logger LOG = System.getLogger(Main.class.getName());

  /** A loop without a pass for longer is stuck: it makes one at least every ten seconds. */
  private static final long STUCK_MILLIS = 60_000;

  /** How old the counts of a scrape may be. */
  private static final long FRESH_MILLIS = 5000;

  /** How long a scrape waits for newer counts. */
  private static final long SCRAPE_MILLIS = 1000;

  /** How often the agent reads its own Node again. */
  private static final Duration NODE_POLL = Duration.ofSeconds(60);

  private static final Duration LISTEN_AGAIN = Duration.ofSeconds(30);

  /** For the current pass on shutdown, within the pod's grace period. */
  private static final long LAST_PASS_MILLIS = 10_000;

  /** For the last report on shutdown, within the pod's grace period. */
  private static final long LAST_REPORT_MILLIS = 8000;

  private final Settings settings;
  private final KubernetesClient client;
  private final ServerSideApplyWriter writer;
  private final KubernetesCluster cluster;
  private final Agent agent;
  private final Loop loop;

  private Main(Settings settings) {
    ServerTime time = new ServerTime(Time.system());
    this.settings = settings;
    this.client = Clients.of(Config.autoConfigure(null), time);
    Kernel kernel = new LinuxKernel(settings.kernel(), new LinuxSyscalls(), time);
    this.cluster =
        new KubernetesCluster(
            client,
            settings.node(),
            settings.namespace(),
            settings.canaries(),
            NODE_POLL,
            this::wake);
    this.writer =
        new ServerSideApplyWriter(
            client, settings.node(), () -> cluster.view().map(ClusterView::probes), time);
    this.agent =
        new Agent(
            settings,
            time,
            kernel,
            cluster,
            () -> PodFolders.list(settings.podLogs()),
            writer,
            this::wake);
    this.loop = new Loop(agent::pass, time);
    LOG.log(
        System.Logger.Level.INFO,
        "starting dropprobe agent {0} on node {1}, kernel {2}",
        version(),
        settings.node(),
        kernel.facts().release());
  }

  /** Takes no arguments; see {@link Settings}. */
  public static void main(String[] args) {
    Settings settings;
    try {
      settings = Settings.from(System.getenv());
    } catch (IllegalArgumentException e) {
      System.err.println("error: " + e.getMessage());
      System.exit(2);
      return;
    }
    Logging.configure(settings.logLevel());
    new Main(settings).run();
  }

  private void run() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
    Listener listener = new Listener(LISTEN_AGAIN);
    listener.listen(
        "health on 127.0.0.1:" + settings.healthPort(),
        "Until then the kubelet restarts this container about every two minutes; free the port, or"
            + " set agentPort in the ConfigMap dropprobe (health uses the next port)",
        () ->
            HttpEndpoint.health(
                settings.healthPort(),
                () -> loop.silence() < STUCK_MILLIS,
                () -> agent.latest() != null));
    listener.listen(
        "metrics on port " + settings.port(),
        "Until then this node continues to count but has no metrics; free the port, or set agentPort"
            + " in the ConfigMap dropprobe",
        () -> HttpEndpoint.metrics(settings.port(), this::metrics));
    loop.start();
    cluster.start();
  }

  private void wake() {
    // The cluster and the agent exist before the loop that they wake.
    if (loop != null) {
      loop.wake();
    }
  }

  private String metrics() {
    try {
      loop.awaitPass(FRESH_MILLIS, SCRAPE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Reporter reporter = agent.reporter();
    AgentStats own =
        new AgentStats(
            version(), loop.passes(), loop.failures(), reporter.writes(), reporter.failures());
    Latest latest = agent.latest();
    return MetricsText.render(latest == null ? null : latest.report(), agent.counts(), own);
  }

  private void stop() {
    try {
      if (loop.stop(LAST_PASS_MILLIS)) {
        agent.shutDown();
      } else {
        LOG.log(
            System.Logger.Level.ERROR,
            "shutting down without a last report: the current pass did not end within {0} ms",
            LAST_PASS_MILLIS);
      }
      writer.drain(LAST_REPORT_MILLIS);
    } catch (InterruptedException | RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "shutdown did not complete cleanly", e);
    } finally {
      cluster.close();
      client.close();
    }
  }

  private static String version() {
    String v = Main.class.getPackage().getImplementationVersion();
    return v == null ? "unknown" : v;
  }
}
