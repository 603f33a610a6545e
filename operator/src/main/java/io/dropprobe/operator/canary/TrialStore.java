// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.schema.ServerSideApply;
import io.dropprobe.api.trial.TrialBoard;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes the ConfigMap with the proofs. */
final class TrialStore {
  private static final PatchContext APPLY = ServerSideApply.as(Names.OPERATOR);
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private final KubernetesClient client;
  private final String namespace;

  /**
   * What is on the API server.
   *
   * @param data empty if there is no ConfigMap
   * @param version its resourceVersion; null means that there is no ConfigMap
   */
  record Stored(Map<String, String> data, @Nullable String version) {
    static Stored of(@Nullable ConfigMap map) {
      return map == null
          ? new Stored(Map.of(), null)
          : new Stored(
              map.getData() == null ? Map.of() : map.getData(),
              map.getMetadata().getResourceVersion());
    }

    /** Leaves out what this version cannot read. */
    TrialBoard board() {
      return TrialBoard.parse(data);
    }
  }

  TrialStore(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * Asks the API server.
   *
   * @throws KubernetesClientException if it can't be reached or refuses
   */
  Stored read() {
    return Stored.of(client.configMaps().inNamespace(namespace).withName(Names.TRIALS).get());
  }

  /**
   * Writes all entries, and nothing else. The ConfigMap is created by an apply, since RBAC can't
   * restrict other ways of creating it to one name.
   *
   * @param before what is on the API server
   * @throws KubernetesClientException if somebody else has written meanwhile, or the API server
   *     can't be reached or refuses
   */
  Stored write(TrialBoard board, Stored before) {
    ConfigMap map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(Names.TRIALS)
            .withNamespace(namespace)
            .addToLabels("app.kubernetes.io/managed-by", Names.OPERATOR)
            .endMetadata()
            .withData(board.format())
            .build();
    Resource<ConfigMap> resource = client.resource(map);
    if (before.version == null) {
      return Stored.of(resource.patch(APPLY));
    }
    Map<String, @Nullable String> data = new HashMap<>();
    before.data.keySet().forEach(k -> data.put(k, null));
    data.putAll(board.format());
    String patch =
        client
            .getKubernetesSerialization()
            .asJson(Map.of("metadata", Map.of("resourceVersion", before.version), "data", data));
    return Stored.of(resource.patch(MERGE, patch));
  }
}
