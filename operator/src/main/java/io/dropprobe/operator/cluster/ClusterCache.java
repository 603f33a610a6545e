// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.OperatorException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The operator's view of the cluster: all Nodes (pruned), DropProbes and DropProbeNodes, watched
 * once and shared by both reconcilers. Lists are read in pages, because decoding a list of a few
 * thousand nodes at once would determine the memory limit.
 */
@ApplicationScoped
public class ClusterCache {
  /** Nodes in a page; a Node has about 10 KiB. */
  private static final long NODES = 500;

  /** Reports in a page; a report has up to 256 KiB. */
  private static final long REPORTS = 50;

  private final KubernetesClient client;
  private final ReportStore reports;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /** Null before {@link #start}. */
  private volatile @Nullable Watches watches;

  private record Watches(
      Watched<Node> nodes, Watched<DropProbeNode> reports, Watched<DropProbe> probes) {
    Map<String, SharedIndexInformer<?>> informers() {
      return Map.of(
          "Node",
          nodes.informer(),
          "DropProbeNode",
          reports.informer(),
          "DropProbe",
          probes.informer());
    }
  }

  /** Makes no call yet. */
  @Inject
  public ClusterCache(KubernetesClient client, Time time) {
    this.client = client;
    this.reports = new ReportStore(ClusterCache::prune, time);
  }

  /**
   * Registers a listener. It is called, on some thread, after every change that can affect a
   * decision.
   *
   * @param listener must not block
   */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Starts to list and watch; returns when all lists are complete. While the API server can't be
   * reached or refuses, it tries again, with a warning in the log. A second call does nothing.
   *
   * @throws OperatorException if interrupted or stopped
   */
  public synchronized void start() {
    if (watches != null) {
      return;
    }
    Watches started =
        new Watches(
            watch(
                client.nodes().withLimit(NODES).runnableInformer(0),
                new PrunedStore<>(ClusterCache::prune),
                Changes::ofNode),
            watch(
                client.resources(DropProbeNode.class).withLimit(REPORTS).runnableInformer(0),
                reports,
                (a, b) -> true),
            watch(
                client.resources(DropProbe.class).runnableInformer(0),
                new PrunedStore<>(ClusterCache::prune),
                Changes::ofProbe));
    watches = started;
    for (SharedIndexInformer<?> informer : started.informers().values()) {
      try {
        informer.start().toCompletableFuture().get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new OperatorException("interrupted while listing", e);
      } catch (Exception e) {
        throw new OperatorException(
            "can't list and watch "
                + informer.getApiTypeClass().getSimpleName()
                + ": "
                + e.getMessage(),
            e);
      }
    }
  }

  private <T extends HasMetadata> Watched<T> watch(
      SharedIndexInformer<T> informer, PrunedStore<T> store, BiPredicate<T, T> matters) {
    return new Watched<>(informer.itemStore(store), matters, listeners);
  }

  /** Stops all informers. */
  public void stop() {
    informers().values().forEach(SharedIndexInformer::stop);
  }

  /** The informers by kind; empty before {@link #start}. */
  public Map<String, SharedIndexInformer<?>> informers() {
    Watches w = watches;
    return w == null ? Map.of() : w.informers();
  }

  private Watches started() {
    Watches w = watches;
    if (w == null) {
      throw new IllegalStateException("the cluster is not watched yet");
    }
    return w;
  }

  /** All DropProbes, including those being deleted. */
  public List<DropProbe> probes() {
    return started().probes().list();
  }

  /** The present state. */
  public Snapshot snapshot() {
    Watches w = started();
    reports.look(w.reports().informer().isWatching());
    return new Snapshot(
        w.nodes().list().stream()
            .map(ClusterNode::of)
            .collect(Collectors.toMap(ClusterNode::name, n -> n)),
        byName(w.reports().list()),
        byName(w.probes().list()));
  }

  /** Time since a report last changed, by the operator's own clock; zero if it is deleted. */
  public Duration age(DropProbeNode report) {
    return reports.age(report);
  }

  /**
   * Milliseconds of the operator's monotonic clock during which it saw changes of reports, for
   * measuring how long a node has been silent.
   */
  public long seen() {
    return reports.seen();
  }

  /** Whether the Node of a report no longer exists, by the cache and by the API server. */
  public boolean isDeleted(DropProbeNode report) {
    String name = report.getMetadata().getName();
    return isDeleted(
        report,
        started().nodes().informer().getStore().getByKey(name),
        () -> client.nodes().withName(name).get());
  }

  /**
   * Whether the Node of a report no longer exists: by the cache <em>and</em> by the API server.
   * Nodes and reports are two watches without a common order: the watch of Nodes may still have a
   * predecessor of the same name, or be reading its list again in pages. An existing node's counts
   * must never be folded because of that.
   *
   * @param cached null means none
   * @param live asks the API server; null means none
   */
  static boolean isDeleted(
      DropProbeNode report, @Nullable Node cached, Supplier<@Nullable Node> live) {
    return isAnother(report, cached) && isAnother(report, live.get());
  }

  private static boolean isAnother(DropProbeNode report, @Nullable Node node) {
    return node == null || Snapshot.ofEarlierNode(report, ClusterNode.of(node));
  }

  private static <T extends HasMetadata> Map<String, T> byName(List<T> items) {
    Map<String, T> map = new HashMap<>();
    items.forEach(i -> map.put(i.getMetadata().getName(), i));
    return map;
  }

  static Node prune(Node n) {
    ClusterNode kept = ClusterNode.of(n);
    String retry = kept.facts().retryModule();
    NodeSystemInfo info = n.getStatus() == null ? null : n.getStatus().getNodeInfo();
    return new NodeBuilder()
        .withMetadata(identity(n, true))
        .editMetadata()
        .withAnnotations(retry.isEmpty() ? null : Map.of(Names.RETRY_MODULE, retry))
        .endMetadata()
        .withNewSpec()
        .withTaints(n.getSpec() == null ? null : n.getSpec().getTaints())
        .withUnschedulable(kept.cordoned() ? true : null)
        .endSpec()
        .withNewStatus()
        .addNewCondition()
        .withType(ClusterNode.READY)
        .withStatus(kept.ready() ? "True" : "False")
        .endCondition()
        .withNewNodeInfo()
        .withBootID(kept.bootId())
        .withArchitecture(shared(info == null ? null : info.getArchitecture()))
        .withKernelVersion(shared(info == null ? null : info.getKernelVersion()))
        .endNodeInfo()
        .endStatus()
        .build();
  }

  private static DropProbeNode prune(DropProbeNode n) {
    DropProbeNode kept = new DropProbeNode();
    kept.setMetadata(identity(n, false));
    kept.setStatus(n.getStatus());
    shareNames(n.getStatus());
    return kept;
  }

  /** Most reports have the same names, which are kept once. */
  private static void shareNames(@Nullable DropProbeNodeStatus status) {
    for (ProbeReport p : Lists.orEmpty(status == null ? null : status.probes)) {
      for (NodeCause c : Lists.orEmpty(p.causes)) {
        c.cause = shared(c.cause);
        c.location = shared(c.location);
      }
      Lists.orEmpty(p.locations).forEach(l -> l.location = shared(l.location));
    }
  }

  private static @Nullable String shared(@Nullable String name) {
    return name == null ? null : name.intern();
  }

  private static DropProbe prune(DropProbe p) {
    DropProbe kept = new DropProbe();
    kept.setMetadata(identity(p, false));
    kept.setSpec(p.getSpec());
    kept.setStatus(p.getStatus());
    return kept;
  }

  private static ObjectMeta identity(HasMetadata of, boolean node) {
    ObjectMeta m = of.getMetadata();
    return new ObjectMetaBuilder()
        .withName(m.getName())
        .withUid(m.getUid())
        .withResourceVersion(m.getResourceVersion())
        .withGeneration(m.getGeneration())
        .withDeletionTimestamp(m.getDeletionTimestamp())
        .withFinalizers(m.getFinalizers())
        .withLabels(node ? m.getLabels() : null)
        .withCreationTimestamp(node ? m.getCreationTimestamp() : null)
        .build();
  }

  /** Which updates matter. The old object is pruned, the new one is complete. */
  private static final class Changes {
    private Changes() {}

    static boolean ofNode(Node before, Node after) {
      return !ClusterNode.of(before).equals(ClusterNode.of(after));
    }

    /** The operator's own writes of counts do not matter; the record of folded reports does. */
    static boolean ofProbe(DropProbe before, DropProbe after) {
      return !Objects.equals(
              before.getMetadata().getGeneration(), after.getMetadata().getGeneration())
          || !Objects.equals(
              before.getMetadata().getDeletionTimestamp(),
              after.getMetadata().getDeletionTimestamp())
          || !Objects.equals(folded(before), folded(after));
    }

    private static @Nullable List<String> folded(DropProbe p) {
      return p.getStatus() == null || p.getStatus().retired == null
          ? null
          : p.getStatus().retired.folded;
    }
  }
}
