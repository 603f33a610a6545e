package io.dropprobe.agent.api;

import io.dropprobe.agent.platform.Time;
import io.dropprobe.agent.report.ReportWriter;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.ServerSideApply;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes the DropProbeNode of this node by server-side apply. To apply the status of an absent
 * object is a 404 that creates nothing, so its identity is applied first.
 */
public final class ServerSideApplyWriter implements ReportWriter, AutoCloseable {
  private static final PatchContext APPLY = ServerSideApply.as(Names.AGENT_FIELD_MANAGER);

  private final KubernetesClient client;
  private final String node;
  private final Time time;
  private final Supplier<Optional<List<DropProbe>>> probes;
  private final NodeIdentityGuard turn = new NodeIdentityGuard();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(r -> KubernetesCluster.daemon(r, "report"));

  /** Uid of the Node whose report is known to be there; null for none. */
  private String created;

  private volatile Predecessors predecessors = Predecessors.NONE;

  /**
   * Nothing is written yet.
   *
   * @param probes all DropProbes; empty while they are not known
   */
  public ServerSideApplyWriter(
      KubernetesClient client, String node, Supplier<Optional<List<DropProbe>>> probes, Time time) {
    this.client = client;
    this.node = node;
    this.probes = probes;
    this.time = time;
  }

  /** Sets what earlier Nodes of the name had counted, until the operator has folded it in. */
  @Override
  public synchronized void complete(DropProbeNodeStatus status) {
    // What has been folded in once must not come back when the operator forgets that it has.
    predecessors = unfolded(predecessors);
    status.predecessors = predecessors.orNull();
  }

  private synchronized void carry(Predecessors from) {
    predecessors = unfolded(from);
  }

  private Predecessors unfolded(Predecessors of) {
    return of.list().isEmpty() ? of : probes.get().map(of::unfolded).orElse(of);
  }

  @Override
  public void write(DropProbeNodeStatus status, Consumer<Exception> done) {
    thread.execute(
        () -> {
          try {
            apply(status);
          } catch (RuntimeException e) {
            done.accept(e);
            return;
          }
          done.accept(null);
        });
  }

  private void apply(DropProbeNodeStatus status) {
    if (created == null || !created.equals(status.nodeUID)) {
      carry(Predecessors.of(awaitTurn(status.nodeUID), status.nodeUID));
      client.resource(object(null, carried())).patch(APPLY);
      created = status.nodeUID;
      complete(status);
    }
    try {
      client.resource(object(status, carried())).subresource("status").patch(APPLY);
    } catch (KubernetesClientException e) {
      // Deleted by somebody, and perhaps there again as another: the next try looks again.
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
          || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        created = null;
      }
      throw e;
    }
  }

  private DropProbeNode awaitTurn(String nodeUid) {
    Node live = client.nodes().withName(node).get();
    DropProbeNode report = client.resources(DropProbeNode.class).withName(node).get();
    turn.obstacle(
            node,
            nodeUid,
            live == null ? null : live.getMetadata().getUid(),
            report == null ? null : report.getStatus(),
            time.millis())
        .ifPresent(
            obstacle -> {
              throw new IllegalStateException(obstacle);
            });
    return report;
  }

  /**
   * The version of the report that what is carried over goes into: it must not go into another
   * object than the one that it was read from, because the operator may have folded that one in and
   * deleted it. The API server takes no uid as a condition of a server-side apply.
   *
   * @return null for any
   */
  private String carried() {
    Predecessors carried = predecessors;
    if (carried.list().isEmpty()) {
      return null;
    }
    DropProbeNode report = client.resources(DropProbeNode.class).withName(node).get();
    if (report == null || !report.getMetadata().getUid().equals(carried.object())) {
      created = null;
      throw new IllegalStateException(
          "DropProbeNode "
              + node
              + " was replaced by another object; the agent reads it again before it writes");
    }
    return report.getMetadata().getResourceVersion();
  }

  /**
   * Without a status it has to be null: an empty one would be sent, and refused.
   *
   * @param version that the object must have; null for any
   */
  private DropProbeNode object(DropProbeNodeStatus status, String version) {
    DropProbeNode n = new DropProbeNode();
    n.setMetadata(new ObjectMetaBuilder().withName(node).withResourceVersion(version).build());
    n.setStatus(status);
    return n;
  }

  /**
   * Waits for what is under way.
   *
   * @param millis at most
   */
  public void drain(long millis) throws InterruptedException {
    thread.shutdown();
    thread.awaitTermination(millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
