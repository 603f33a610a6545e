// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.ServerSideApply;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes statuses, and remembers the last one written.
 *
 * <p>Some facts are only in the status (the counts of deleted Nodes, when a duration started), and
 * must not be read from a cache that lags behind the operator's own writes. The operator is the
 * only writer, so what it wrote is current. Before the first write, and after one with an unknown
 * outcome, the API server is asked.
 */
@ApplicationScoped
public class StatusWriter {
  private static final PatchContext APPLY = ServerSideApply.as(Names.OPERATOR);

  private final KubernetesClient client;
  private final Map<String, DropProbeStatus> written = new ConcurrentHashMap<>();

  /** Makes no call yet. */
  @Inject
  public StatusWriter(KubernetesClient client) {
    this.client = client;
  }

  /** The status on the API server; an empty one if there is none. Must not be modified. */
  DropProbeStatus current(DropProbe probe) {
    return written.computeIfAbsent(
        probe.getMetadata().getUid(),
        uid -> {
          DropProbe live =
              client.resources(DropProbe.class).withName(probe.getMetadata().getName()).get();
          boolean same = live != null && uid.equals(live.getMetadata().getUid());
          return same && live.getStatus() != null ? live.getStatus() : new DropProbeStatus();
        });
  }

  /** Applies a complete status; a field that is null is removed. */
  void write(DropProbe probe, DropProbeStatus status) {
    String uid = probe.getMetadata().getUid();
    DropProbe patch = new DropProbe();
    patch.setMetadata(new ObjectMetaBuilder().withName(probe.getMetadata().getName()).build());
    patch.setSpec(null);
    patch.setStatus(status);
    written.remove(uid);
    client.resource(patch).subresource("status").patch(APPLY);
    written.put(uid, status);
  }

  /** Bytes of JSON. */
  int size(DropProbeStatus status) {
    return json(status).getBytes(StandardCharsets.UTF_8).length;
  }

  private String json(DropProbeStatus status) {
    return client.getKubernetesSerialization().asJson(status);
  }

  /** Drops the cached status of a deleted DropProbe. */
  void forget(DropProbe probe) {
    written.remove(probe.getMetadata().getUid());
  }
}
