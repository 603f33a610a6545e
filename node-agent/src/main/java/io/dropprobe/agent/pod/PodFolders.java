// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.pod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Names of the kubelet's pod log directories, {@code NAMESPACE_NAME_UID}, by which a node knows its
 * pods without the API server. The kubelet creates a pod's directory before it starts the pod. For
 * a static pod the name has the UID that its cgroup has, not that of its mirror pod in the API.
 */
public final class PodFolders {
  private PodFolders() {}

  /** Kubernetes namespace by UID of the pod. Other names are skipped. */
  static Map<String, String> namespaces(Collection<String> folders) {
    Map<String, String> namespaces = new HashMap<>();
    for (String folder : folders) {
      // No part contains an underscore.
      String[] parts = folder.split("_");
      if (parts.length == 3) {
        namespaces.put(parts[2], parts[0]);
      }
    }
    return namespaces;
  }

  /**
   * Lists the names; reads nothing in the directories.
   *
   * @return empty if the directory cannot be read
   */
  public static Optional<List<String>> list(Path logs) {
    try (Stream<Path> folders = Files.list(logs)) {
      return Optional.of(folders.map(f -> f.getFileName().toString()).toList());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
