// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import io.dropprobe.api.schema.Names;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/** The settings, read and changed as a cluster's administrator does. */
final class Settings {
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

  private Settings() {}

  static void set(String key, String value) {
    patch(key, '"' + value + '"');
  }

  /** The default is in force again. */
  static void remove(String key) {
    patch(key, "null");
  }

  /**
   * Lets the nodes build their module from another image of this name, like {@code kmod-builder}.
   */
  static void useBuilder(String name) {
    var image = configMap().get().getData().get("builderImage");
    set("builderImage", image.replaceFirst("[^/:]+(?=:[^/]*$)", name));
  }

  private static void patch(String key, String json) {
    configMap().patch(MERGE, "{\"data\":{\"%s\":%s}}".formatted(key, json));
  }

  private static Resource<ConfigMap> configMap() {
    return Cluster.API.configMaps().inNamespace(Cluster.NAMESPACE).withName(Names.SETTINGS);
  }
}
