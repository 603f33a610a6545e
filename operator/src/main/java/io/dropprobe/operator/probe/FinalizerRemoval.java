// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Removes the finalizer of a DropProbe, which deletes it.
 *
 * <p>The framework does not do it, because it keeps the state of an object by name. If another
 * object of that name is created before a pass that removed a finalizer has ended, the end of that
 * pass marks the new object as deleted, and no pass runs for it until the operator restarts
 * (java-operator-sdk 5.3.2 to 5.5.1, {@code EventProcessor.eventProcessingFinished}).
 */
final class FinalizerRemoval {
  private static final Logger LOG = Logger.getLogger(FinalizerRemoval.class);
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private final KubernetesClient client;

  FinalizerRemoval(KubernetesClient client) {
    this.client = client;
  }

  /** The object as it is on the API server; empty if it has no finalizer or is deleted. */
  Optional<DropProbe> live(DropProbe cached) {
    String name = cached.getMetadata().getName();
    return Optional.ofNullable(client.resources(DropProbe.class).withName(name).get())
        .filter(p -> p.getMetadata().getUid().equals(cached.getMetadata().getUid()))
        .filter(p -> p.hasFinalizer(Names.FINALIZER));
  }

  /**
   * Removes it, unless the object has changed since it was read or is another one of that name.
   * Then the next pass tries again, if there is one.
   *
   * @param live with all its metadata
   * @throws KubernetesClientException if the API server can't be reached or refuses
   */
  void of(DropProbe live) {
    List<String> others =
        live.getMetadata().getFinalizers().stream()
            .filter(f -> !f.equals(Names.FINALIZER))
            .toList();
    Map<String, Object> metadata =
        Map.of(
            "uid", live.getMetadata().getUid(),
            "resourceVersion", live.getMetadata().getResourceVersion(),
            "finalizers", others);
    String patch = client.getKubernetesSerialization().asJson(Map.of("metadata", metadata));
    try {
      client.resource(live).patch(MERGE, patch);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT
          && e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        throw e;
      }
      LOG.infof(
          "the finalizer of DropProbe %s is not removed yet: %s",
          live.getMetadata().getName(), e.getMessage());
    }
  }
}
