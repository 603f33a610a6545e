// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * One report that can't be parsed fails the list of all reports, so what the schema accepts must
 * fit into the types.
 */
class ReportJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void largestNumbersThatTheSchemaAcceptsAreRead() throws IOException {
    JsonNode status = sample(schema().getProperties().get("status"), ReportJsonTest::largest);
    assertEquals(Long.MAX_VALUE, status.get("activeProbes").longValue());
    assertEquals(status, JSON.valueToTree(JSON.treeToValue(status, DropProbeNodeStatus.class)));
  }

  @Test
  void namesOfANewerVersionAreReadAsUnknown() throws IOException {
    JsonNode newer = sample(schema().getProperties().get("status"), ReportJsonTest::newer);
    assertTrue(newer.toString().contains("\"effect\":\"Newer\""), newer.toString());
    JsonNode read = JSON.valueToTree(JSON.treeToValue(newer, DropProbeNodeStatus.class));
    assertFalse(read.get("module").toString().contains("Newer"), read.toString());
    assertFalse(read.get("probes").toString().contains("Newer"), read.toString());
    assertEquals(1, read.at("/probes/0/causes").size());
  }

  private static JSONSchemaProps schema() throws IOException {
    String yaml = Files.readString(Path.of("k8s/dropprobenodes.dropprobe.io.yaml"));
    return new KubernetesSerialization()
        .unmarshal(yaml, CustomResourceDefinition.class)
        .getSpec()
        .getVersions()
        .get(0)
        .getSchema()
        .getOpenAPIV3Schema();
  }

  /** The largest number; null for a text. */
  private static @Nullable JsonNode largest(JSONSchemaProps schema) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (schema.getType()) {
      case "integer" ->
          schema.getMaximum() == null
              ? json.numberNode(Long.MAX_VALUE)
              : json.numberNode(schema.getMaximum().longValue());
      case "string" -> null;
      default -> json.nullNode();
    };
  }

  /** A name that this version does not know; null for what is no enumeration. */
  private static @Nullable JsonNode newer(JSONSchemaProps schema) {
    return schema.getEnum() == null || schema.getEnum().isEmpty()
        ? null
        : JsonNodeFactory.instance.textNode("Newer");
  }

  /** An object with all that has a value; a list has one entry. */
  private static @Nullable JsonNode sample(
      JSONSchemaProps schema, Function<JSONSchemaProps, @Nullable JsonNode> value) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (schema.getType()) {
      case "array" -> json.arrayNode().add(sample(schema.getItems().getSchema(), value));
      case "object" -> {
        var object = json.objectNode();
        schema
            .getProperties()
            .forEach(
                (name, p) -> {
                  JsonNode node = sample(p, value);
                  if (node != null) {
                    object.set(name, node);
                  }
                });
        yield object;
      }
      default -> value.apply(schema);
    };
  }
}
