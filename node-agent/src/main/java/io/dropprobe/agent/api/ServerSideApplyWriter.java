package io.dropprobe.agent.api;

import io.dropprobe.agent.Time;
import io.dropprobe.agent.report.ReportWriter;
import io.dropprobe.api.Names;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Writes the DropProbeNode of this node by server-side apply. To apply the status of an absent
 * object is a 404 that creates nothing, so its identity is applied first.
 */
public final class ServerSideApplyWriter implements ReportWriter, AutoCloseable {
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(Names.AGENT_FIELD_MANAGER)
          .withForce(true)
          .build();

  private final KubernetesClient client;
  private final String node;
  private final Time time;
  private final ReportTurn turn = new ReportTurn();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(r -> KubernetesCluster.daemon(r, "report"));

  /** Uid of the Node whose report is known to be there; null for none. */
  private String created;

  /** Nothing is written yet. */
  public ServerSideApplyWriter(KubernetesClient client, String node, Time time) {
    this.client = client;
    this.node = node;
    this.time = time;
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
      awaitTurn(status.nodeUID);
      client.resource(object(null)).patch(APPLY);
      created = status.nodeUID;
    }
    try {
      client.resource(object(status)).subresource("status").patch(APPLY);
    } catch (KubernetesClientException e) {
      // Deleted by somebody: the next try creates it again.
      if (e.getCode() == 404) {
        created = null;
      }
      throw e;
    }
  }

  private void awaitTurn(String nodeUid) {
    Node live = client.nodes().withName(node).get();
    DropProbeNode report = client.resources(DropProbeNode.class).withName(node).get();
    turn.obstacle(
            node,
            nodeUid,
            live == null ? null : live.getMetadata().getUid(),
            report == null || report.getStatus() == null ? null : report.getStatus().nodeUID,
            time.millis())
        .ifPresent(
            obstacle -> {
              throw new IllegalStateException(obstacle);
            });
  }

  /** Without a status it has to be null: an empty one would be sent, and refused. */
  private DropProbeNode object(DropProbeNodeStatus status) {
    DropProbeNode n = new DropProbeNode();
    n.setMetadata(new ObjectMetaBuilder().withName(node).build());
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
