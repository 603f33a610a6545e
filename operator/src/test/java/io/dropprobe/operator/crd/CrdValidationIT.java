// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.crd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.operator.testing.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What the API server accepts and refuses: one object per file below {@code crd/}. A refused one
 * has the message for the user in its first line.
 */
class CrdValidationIT {
  private static final Path SAMPLES = Path.of("src/test/resources/crd");
  private static final Path EXAMPLES = Path.of("../deploy/examples");
  private static final String EXPECT = "# expect: ";

  private static KubernetesClient admin;

  @BeforeAll
  static void start() {
    admin = ApiServer.get().admin();
  }

  @TestFactory
  Stream<DynamicTest> accepted() throws IOException {
    return Stream.concat(files(SAMPLES.resolve("accepted")), files(EXAMPLES))
        .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> create(f)));
  }

  @TestFactory
  Stream<DynamicTest> rejected() throws IOException {
    return files(SAMPLES.resolve("rejected"))
        .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> assertRejected(f)));
  }

  private static void assertRejected(Path file) throws IOException {
    String expected = Files.readAllLines(file).get(0);
    assertTrue(expected.startsWith(EXPECT), file + " must begin with " + EXPECT);
    var e = assertThrows(KubernetesClientException.class, () -> create(file));
    assertTrue(
        e.getStatus().getMessage().contains(expected.substring(EXPECT.length())),
        e.getStatus().getMessage());
  }

  @Test
  void setsDefaults() {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setName("defaults");
    probe.setStatus(null);
    DropProbe made = admin.resource(probe).dryRun().create();
    assertEquals(true, made.getSpec().active);
    assertEquals("30s", made.getSpec().reportInterval);
    assertEquals(10, made.getSpec().top);
    assertEquals("Disabled", made.getSpec().stages.name());
    assertEquals(null, made.getSpec().match);
  }

  /** As kubectl validates: unknown fields are an error, and nothing is stored. */
  private static void create(Path file) throws IOException {
    String yaml = Files.readString(file);
    Map<?, ?> object = admin.getKubernetesSerialization().unmarshal(yaml, Map.class);
    String plural = object.get("kind").equals("DropProbe") ? "dropprobes" : "dropprobenodes";
    String path = "/apis/dropprobe.io/v1alpha1/" + plural + "?dryRun=All&fieldValidation=Strict";
    admin.raw(path, "POST", object);
  }

  private static Stream<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> sorted = all.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
      assertTrue(!sorted.isEmpty(), "no samples in " + folder);
      return sorted.stream();
    }
  }
}
