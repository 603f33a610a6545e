// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads the API server through the fabric8 client: DropProbes with an informer, which lists again
 * after an outage, and the agent's own Node by polling, because the right to watch one Node is the
 * right to watch all.
 */
public final class KubernetesCluster implements Cluster, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KubernetesCluster.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(2);

  /** How long to wait for an answer on SIGTERM: part of the pod's grace period. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final KubernetesClient client;
  private final String nodeName;
  private final String namespace;
  private final Duration nodePoll;
  private final Runnable changed;
  private final SharedIndexInformer<DropProbe> informer;

  /** Of the one ConfigMap with the proofs; null means that they are not asked for. */
  private final @Nullable SharedIndexInformer<ConfigMap> trials;

  private final ScheduledExecutorService poller =
      Executors.newSingleThreadScheduledExecutor(r -> daemon(r, "node-poll"));

  private volatile @Nullable NodeFacts node;
  private volatile @Nullable Board board;

  /** This node's report when the agent started; null means not read yet. */
  private volatile @Nullable Optional<DropProbeNodeStatus> firstReport;

  /**
   * Reads nothing yet.
   *
   * @param canaries whether the nodes' trials are read, too
   * @param nodePoll how often the Node is read
   * @param changed called from any thread when {@link #view} may have changed
   */
  public KubernetesCluster(
      KubernetesClient client,
      String nodeName,
      String namespace,
      boolean canaries,
      Duration nodePoll,
      Runnable changed) {
    this.client = client;
    this.nodeName = nodeName;
    this.namespace = namespace;
    this.nodePoll = nodePoll;
    this.changed = changed;
    this.informer = client.resources(DropProbe.class).runnableInformer(0);
    this.trials =
        canaries
            ? client.configMaps().inNamespace(namespace).withName(Names.TRIALS).runnableInformer(0)
            : null;
  }

  /** Starts reading. Returns at once and retries forever. */
  public void start() {
    start(informer, "DropProbes");
    if (trials != null) {
      start(trials, "the ConfigMap " + Names.TRIALS);
    }
    poller.execute(this::poll);
  }

  private <T> void start(SharedIndexInformer<T> of, String what) {
    of.addEventHandler(new Wake<>())
        .exceptionHandler(
            (started, e) -> {
              LOG.log(
                  System.Logger.Level.WARNING,
                  "cannot watch {0}: {1}; the agent will retry",
                  what,
                  ExceptionMessages.of(e));
              return true;
            })
        .start();
  }

  @Override
  public Optional<ClusterView> view() {
    NodeFacts n = node;
    Optional<DropProbeNodeStatus> report = firstReport;
    return n == null || report == null || !informer.hasSynced()
        ? Optional.empty()
        : Optional.of(new ClusterView(n, informer.getStore().list(), report.orElse(null), board()));
  }

  private TrialBoard board() {
    ConfigMap map =
        trials == null ? null : trials.getStore().list().stream().findFirst().orElse(null);
    Board last = board;
    if (last == null || last.map != map) {
      last = new Board(map, TrialBoard.parse(map == null ? null : map.getData()));
      board = last;
    }
    return last.parsed;
  }

  /** A ConfigMap and what is in it: each pass asks for it. */
  private record Board(@Nullable ConfigMap map, TrialBoard parsed) {}

  @Override
  public Optional<ClusterView> ask() {
    CompletableFuture<Optional<ClusterView>> answer = new CompletableFuture<>();
    daemon(() -> answer.complete(askNow()), "ask").start();
    return answer
        .completeOnTimeout(Optional.empty(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  @Override
  public CompletableFuture<Optional<DropProbeNodeStatus>> reportOf(String node) {
    CompletableFuture<Optional<DropProbeNodeStatus>> answer = new CompletableFuture<>();
    poller.execute(() -> answer(node, answer));
    return answer;
  }

  private void answer(String node, CompletableFuture<Optional<DropProbeNodeStatus>> answer) {
    try {
      answer.complete(report(node));
      changed.run();
    } catch (KubernetesClientException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot read the report of node {0}: {1}; the agent will retry",
          node,
          ExceptionMessages.of(e));
      poller.schedule(() -> answer(node, answer), RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private Optional<ClusterView> askNow() {
    try {
      NodeFacts own = facts(client.nodes().withName(nodeName).get());
      // A deleted Node selects nothing, but its last known labels would.
      ClusterView view =
          new ClusterView(
              own != null ? own : new NodeFacts("", Map.of(), List.of()),
              client.resources(DropProbe.class).list().getItems(),
              report(nodeName).orElse(null),
              board());
      return Optional.of(namespaceIsDeleted() ? view.withoutProbes() : view);
    } catch (KubernetesClientException e) {
      return uninstalled(e) ? Optional.of(refusedView()) : Optional.empty();
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot ask the API server on shutdown: {0}",
          ExceptionMessages.of(e));
      return Optional.empty();
    }
  }

  /**
   * Whether an error means that DropProbe is being uninstalled: 404 for the list if the CRD is
   * deleted; 401 or 403 for calls that were allowed before, if the account or its role is.
   */
  private boolean uninstalled(KubernetesClientException e) {
    LOG.log(
        System.Logger.Level.INFO,
        "the API server answered on shutdown: {0}",
        ExceptionMessages.of(e));
    return e.getCode() == 404 || ((e.getCode() == 401 || e.getCode() == 403) && view().isPresent());
  }

  private ClusterView refusedView() {
    NodeFacts known = node;
    return ClusterView.refused(known == null ? new NodeFacts("", Map.of(), List.of()) : known);
  }

  private boolean namespaceIsDeleted() {
    Namespace n = client.namespaces().withName(namespace).get();
    return n == null || n.getMetadata().getDeletionTimestamp() != null;
  }

  private void poll() {
    Duration next = RETRY;
    try {
      NodeFacts read = facts(client.nodes().withName(nodeName).get());
      if (firstReport == null) {
        firstReport = report(nodeName);
      }
      // When a Node is deleted, this pod is deleted too; until then its last labels are used.
      if (read != null) {
        boolean differs = !Objects.equals(read, node);
        node = read;
        next = nodePoll;
        if (differs) {
          changed.run();
        }
      }
    } catch (RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot read Node {0}: {1}; the agent will retry",
          nodeName,
          ExceptionMessages.of(e));
    }
    long millis = next.toMillis();
    long jitter = ThreadLocalRandom.current().nextLong(millis / 10 + 1);
    poller.schedule(this::poll, millis + jitter, TimeUnit.MILLISECONDS);
  }

  private Optional<DropProbeNodeStatus> report(String name) {
    return Optional.ofNullable(client.resources(DropProbeNode.class).withName(name).get())
        .map(DropProbeNode::getStatus);
  }

  private static @Nullable NodeFacts facts(@Nullable Node n) {
    return n == null ? null : NodeFacts.of(n);
  }

  @Override
  public void close() {
    poller.shutdownNow();
    informer.stop();
    if (trials != null) {
      trials.stop();
    }
  }

  static Thread daemon(Runnable r, String name) {
    Thread t = new Thread(r, name);
    t.setDaemon(true);
    return t;
  }

  private final class Wake<T> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T added) {
      changed.run();
    }

    @Override
    public void onUpdate(T before, T after) {
      changed.run();
    }

    @Override
    public void onDelete(T deleted, boolean finalStateUnknown) {
      changed.run();
    }

    @Override
    public void onNothing() {
      changed.run();
    }
  }
}
