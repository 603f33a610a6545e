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
import org.junit.jupiter.api.Test;

/**
 * One report that can't be parsed fails the list of all reports, so what the schema accepts must
 * fit into the types.
 */
class ReportJsonTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void largestNumbersThatTheSchemaAcceptsAreRead() throws IOException {
    JsonNode status = largest(schema().getProperties().get("status"));
    assertEquals(Long.MAX_VALUE, status.get("activeProbes").longValue());
    assertEquals(status, JSON.valueToTree(JSON.treeToValue(status, DropProbeNodeStatus.class)));
  }

  @Test
  void namesOfANewerVersionAreReadAsUnknown() throws IOException {
    JsonNode newer = newer(schema().getProperties().get("status"));
    assertTrue(newer.toString().contains("\"effect\":\"Newer\""), newer.toString());
    JsonNode read = JSON.valueToTree(JSON.treeToValue(newer, DropProbeNodeStatus.class));
    assertFalse(read.get("module").toString().contains("Newer"), read.toString());
    assertFalse(read.get("probes").toString().contains("Newer"), read.toString());
    assertEquals(1, read.at("/probes/0/causes").size());
  }

  /** An object with all its enumerations, each with a name that this version does not know. */
  private static JsonNode newer(JSONSchemaProps schema) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (schema.getType()) {
      case "array" -> json.arrayNode().add(newer(schema.getItems().getSchema()));
      case "object" -> {
        var object = json.objectNode();
        schema.getProperties().entrySet().stream()
            .filter(p -> !newer(p.getValue()).isNull())
            .forEach(p -> object.set(p.getKey(), newer(p.getValue())));
        yield object;
      }
      case "string" ->
          schema.getEnum() == null || schema.getEnum().isEmpty()
              ? json.nullNode()
              : json.textNode("Newer");
      default -> json.nullNode();
    };
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

  /** An object with all its numbers, and no texts; a list has one entry. */
  private static JsonNode largest(JSONSchemaProps schema) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (schema.getType()) {
      case "integer" ->
          schema.getMaximum() == null
              ? json.numberNode(Long.MAX_VALUE)
              : json.numberNode(schema.getMaximum().longValue());
      case "array" -> json.arrayNode().add(largest(schema.getItems().getSchema()));
      case "object" -> {
        var object = json.objectNode();
        schema.getProperties().entrySet().stream()
            .filter(p -> !"string".equals(p.getValue().getType()))
            .forEach(p -> object.set(p.getKey(), largest(p.getValue())));
        yield object;
      }
      default -> json.nullNode();
    };
  }
}
