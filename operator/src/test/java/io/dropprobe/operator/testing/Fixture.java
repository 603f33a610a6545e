// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A scenario: a folder with the cluster in {@code in-*.yaml} and the expected result in {@code
 * out-*.yaml}. With {@code -Ddropprobe.update=true} the expected files are rewritten: read the
 * difference before you commit it.
 */
public final class Fixture {
  private static final Path ROOT = Path.of("src/test/resources");
  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  static {
    YAML.registerKubernetesResource(DropProbe.class);
    YAML.registerKubernetesResource(DropProbeNode.class);
  }

  private final Path folder;
  private final List<HasMetadata> objects = new ArrayList<>();

  private Fixture(Path folder) {
    this.folder = folder;
    for (Path file : list(folder)) {
      String name = file.getFileName().toString();
      assertTrue(name.matches("(in|out)-[a-z-]+\\.yaml"), "not a file of a scenario: " + file);
      if (name.startsWith("in-")) {
        read(file);
      }
    }
  }

  /** All scenarios of a group. */
  public static Stream<Fixture> all(String group) {
    List<Path> folders = list(ROOT.resolve(group));
    assertTrue(!folders.isEmpty(), "no scenarios of " + group);
    return folders.stream().map(Fixture::new);
  }

  private void read(Path file) {
    try {
      for (String document : Files.readString(file).split("(?m)^---$")) {
        objects.add(YAML.unmarshal(document));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return folder.getFileName().toString();
  }

  /** The objects of a kind. */
  public <T extends HasMetadata> List<T> of(Class<T> kind) {
    return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The data of the only ConfigMap; null if there is none. */
  public Map<String, String> settings() {
    return of(ConfigMap.class).stream().findFirst().map(ConfigMap::getData).orElse(null);
  }

  /** The cluster. */
  public Snapshot cluster() {
    Map<String, ClusterNode> nodes = new HashMap<>();
    of(Node.class).forEach(n -> nodes.put(n.getMetadata().getName(), ClusterNode.of(n)));
    return new Snapshot(nodes, byName(DropProbeNode.class), byName(DropProbe.class));
  }

  private <T extends HasMetadata> Map<String, T> byName(Class<T> kind) {
    Map<String, T> map = new HashMap<>();
    of(kind).forEach(o -> map.put(o.getMetadata().getName(), o));
    return map;
  }

  /** Whether the scenario expects a file of this name. */
  public boolean expects(String file) {
    return Files.exists(folder.resolve(file));
  }

  /** Compares with {@code out-*.yaml} as text. */
  public void assertMatches(String file, Object actual) {
    String yaml = YAML.asYaml(actual);
    Path expected = folder.resolve(file);
    try {
      if (Boolean.getBoolean("dropprobe.update")) {
        Files.writeString(expected, yaml);
      }
      assertEquals(Files.readString(expected), yaml, () -> expected.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Number of bytes as JSON. */
  public static int size(Object o) {
    return YAML.asJson(o).getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
