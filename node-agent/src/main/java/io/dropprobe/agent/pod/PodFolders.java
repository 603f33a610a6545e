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
 * The kubelet's folders of pod logs, by whose names a node knows its pods without asking anyone:
 * {@code NAMESPACE_NAME_UID}. It makes a pod's folder before it starts it. A static pod's uid there
 * is the one in its cgroup, not that of its mirror in the API.
 */
public final class PodFolders {
  private PodFolders() {}

  /** Namespace by uid of the pod. What is named otherwise is no pod's. */
  static Map<String, String> namespaces(Collection<String> folders) {
    Map<String, String> namespaces = new HashMap<>();
    for (String folder : folders) {
      // None of the parts has an underscore.
      String[] parts = folder.split("_");
      if (parts.length == 3) {
        namespaces.put(parts[2], parts[0]);
      }
    }
    return namespaces;
  }

  /**
   * Names only; nothing in them is read.
   *
   * @return empty when the folder can't be read
   */
  public static Optional<List<String>> list(Path logs) {
    try (Stream<Path> folders = Files.list(logs)) {
      return Optional.of(folders.map(f -> f.getFileName().toString()).toList());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
