// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the committed YAML in {@code crds/k8s} with the types. After a change of the types write
 * it with {@code mvn -pl crds test -Dtest=CrdYamlTest -Ddropprobe.update=true}, and commit it.
 */
class CrdYamlTest {
  private static final Path COMMITTED = Path.of("k8s");

  @TempDir Path generated;

  @ParameterizedTest
  @ValueSource(strings = {"dropprobes", "dropprobenodes"})
  void committedYamlMatchesTheTypes(String plural) throws IOException {
    new CRDGenerator()
        .customResourceClasses(DropProbe.class, DropProbeNode.class)
        .forCRDVersions("v1")
        .withPostProcessor(new CrdPostProcessor())
        .inOutputDir(generated.toFile())
        .generate();
    String name = plural + ".dropprobe.io-v1.yml";
    String fresh = withoutHeader(Files.readString(generated.resolve(name)));
    Path committed = COMMITTED.resolve(plural + ".dropprobe.io.yaml");
    if (Boolean.getBoolean("dropprobe.update")) {
      Files.writeString(committed, fresh);
    }
    assertEquals(
        fresh,
        Files.readString(committed),
        () -> committed + " does not match the types; see the comment of this test");
  }

  private static String withoutHeader(String yaml) {
    return "# Generated from the classes in crds/src/main; see CrdYamlTest.\n"
        + yaml.replaceFirst("^(#[^\n]*\n)*(---\n)?", "").stripTrailing()
        + "\n";
  }
}
