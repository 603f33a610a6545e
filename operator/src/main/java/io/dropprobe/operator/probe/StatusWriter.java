package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes statuses, and knows what was written last.
 *
 * <p>What only the status knows (the share of nodes that are gone, when a duration began) must not
 * be derived from a cache that lags behind our own writes. The operator is the only writer, so what
 * it wrote is the truth; at the first look, and after a write whose outcome is not known, the API
 * server is asked.
 */
@ApplicationScoped
public class StatusWriter {
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(Names.OPERATOR)
          .withForce(true)
          .build();

  private final KubernetesClient client;
  private final Map<String, DropProbeStatus> written = new ConcurrentHashMap<>();

  /** No call is made yet. */
  @Inject
  public StatusWriter(KubernetesClient client) {
    this.client = client;
  }

  /** The status as it is on the API server; an empty one when there is none. Not to be changed. */
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

  /** Applies a status with all that we own in it. */
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

  /** Whether two statuses are the same on the wire. */
  boolean same(DropProbeStatus a, DropProbeStatus b) {
    return json(a).equals(json(b));
  }

  /** Bytes of JSON. */
  int size(DropProbeStatus status) {
    return json(status).getBytes(StandardCharsets.UTF_8).length;
  }

  private String json(DropProbeStatus status) {
    return client.getKubernetesSerialization().asJson(status);
  }

  /** Of a probe that is gone. */
  void forget(DropProbe probe) {
    written.remove(probe.getMetadata().getUid());
  }
}
