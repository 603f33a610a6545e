// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import io.dropprobe.agent.report.ReportWriter;
import io.dropprobe.api.client.Time;
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
import org.jspecify.annotations.Nullable;

/**
 * Writes the DropProbeNode of this node by server-side apply. Applying the status of an object that
 * does not exist fails with 404, so the object itself is applied first.
 */
public final class ServerSideApplyWriter implements ReportWriter, AutoCloseable {
  private static final PatchContext APPLY = ServerSideApply.as(Names.AGENT_FIELD_MANAGER);

  private final KubernetesClient client;
  private final String node;
  private final Time time;
  private final Supplier<Optional<List<DropProbe>>> probes;
  private final NodeIdentityGuard guard = new NodeIdentityGuard();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(r -> KubernetesCluster.daemon(r, "report"));

  /** UID of the Node whose report is known to exist; null means none. */
  private @Nullable String created;

  private volatile Predecessors predecessors = Predecessors.NONE;

  /**
   * Writes nothing yet.
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

  /** Adds the counts of earlier Nodes of this name until the operator has folded them in. */
  @Override
  public synchronized void complete(DropProbeNodeStatus status) {
    // Counts that were folded in once must not return when the operator forgets them.
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
  public void write(DropProbeNodeStatus status, Consumer<@Nullable Exception> done) {
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
      carry(Predecessors.of(checkIdentity(status.nodeUID), status.nodeUID));
      client.resource(object(null, carried())).patch(APPLY);
      created = status.nodeUID;
      complete(status);
    }
    try {
      client.resource(object(status, carried())).subresource("status").patch(APPLY);
    } catch (KubernetesClientException e) {
      // Somebody deleted the object, and perhaps recreated it: the next attempt reads it again.
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
          || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        created = null;
      }
      throw e;
    }
  }

  private @Nullable DropProbeNode checkIdentity(@Nullable String nodeUid) {
    Node live = client.nodes().withName(node).get();
    DropProbeNode report = client.resources(DropProbeNode.class).withName(node).get();
    guard
        .obstacle(
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
   * The resource version that a report with counts of earlier Nodes must have. The counts must not
   * go into another object than the one they were read from, because the operator may have folded
   * that one in and deleted it, and a server-side apply accepts no UID as a condition.
   *
   * @return null means any
   */
  private @Nullable String carried() {
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
              + " was replaced by another object; the agent will read it before it writes again");
    }
    return report.getMetadata().getResourceVersion();
  }

  /**
   * Makes the object to apply. Without a status the field must be null: the API server refuses an
   * empty one.
   *
   * @param version resource version that the object must have; null means any
   */
  private DropProbeNode object(@Nullable DropProbeNodeStatus status, @Nullable String version) {
    DropProbeNode n = new DropProbeNode();
    n.setMetadata(new ObjectMetaBuilder().withName(node).withResourceVersion(version).build());
    n.setStatus(status);
    return n;
  }

  /**
   * Waits for a write in progress.
   *
   * @param millis longest time to wait
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
