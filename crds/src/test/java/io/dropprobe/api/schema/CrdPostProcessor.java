// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.Match;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Adds to the schema what the generator has no annotation for: list types, formats by field name,
 * required fields, and the order of the printer columns.
 */
final class CrdPostProcessor implements CRDPostProcessor {
  private static final Map<String, List<String>> COLUMNS =
      Map.of(
          "DropProbe",
          List.of(
              "State",
              "Nodes",
              "Ready",
              "Lost",
              "Lost/s",
              "Refused",
              "Noise",
              "Unclear",
              "Top-Cause",
              "Last-Loss",
              "Unsupported",
              "Age"),
          "DropProbeNode",
          List.of("Kernel", "Module", "Probes", "Problem", "Reported", "Age"));

  /** Fields that hold a time in RFC 3339. */
  private static final Set<String> TIMES =
      Set.of(
          "resetAt",
          "expiresAt",
          "activeSince",
          "since",
          "lastLoss",
          "reportedAt",
          "lastTransitionTime");

  /** The fields of a probe on an earlier Node: nothing else is written there. */
  private static final Set<String> HEADLINE =
      Stream.concat(
              Stream.of("name", "uid", "series", "epoch", "base", "since", "lastLoss"),
              Counters.NAMES.stream())
          .collect(Collectors.toSet());

  private static final Set<String> REPORT_TIMES = Set.of("since", "lastLoss", "reportedAt");

  private static final String TIME =
      "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?"
          + "(Z|[+-](0[0-9]|1[0-7]):[0-5][0-9])$";

  private static final Set<String> RATES = Set.of("perSecond", "lostPerSecond", "refusedPerSecond");

  /** Numbers up to {@link Limits#RATE}. */
  private static final String RATE = "^[0-9]{1,13}([.][0-9]{1,9})?$";

  /** Lists in which an entry must not occur twice: all of {@code spec.match}. */
  private static final Set<String> SETS =
      Arrays.stream(Match.class.getFields()).map(Field::getName).collect(Collectors.toSet());

  @Override
  public HasMetadata process(HasMetadata crd, String version) {
    if (crd instanceof CustomResourceDefinition definition) {
      definition.getMetadata().setAnnotations(null);
      String kind = definition.getSpec().getNames().getKind();
      definition.getSpec().getVersions().forEach(v -> complete(kind, v));
    }
    return crd;
  }

  private static void complete(String kind, CustomResourceDefinitionVersion version) {
    JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
    walk(root, CrdPostProcessor::complete);
    if (kind.equals("DropProbeNode")) {
      walk(root, CrdPostProcessor::restrict);
      root.getProperties().remove("spec");
    } else {
      // If spec could be absent, its defaults would silently not apply.
      root.setRequired(List.of("spec"));
    }
    walk(root, CrdPostProcessor::requireBound);
    List<CustomResourceColumnDefinition> columns = version.getAdditionalPrinterColumns();
    List<String> order = COLUMNS.get(kind);
    columns.forEach(
        c -> {
          if (!order.contains(c.getName())) {
            throw new IllegalStateException("column without a position in COLUMNS: " + c.getName());
          }
        });
    columns.sort(Comparator.comparingInt(c -> order.indexOf(c.getName())));
  }

  /** Visits each field, including those of list entries, outer fields first. */
  private static void walk(JSONSchemaProps schema, BiConsumer<String, JSONSchemaProps> visit) {
    if (schema.getItems() != null) {
      walk(schema.getItems().getSchema(), visit);
    }
    if (schema.getProperties() != null) {
      schema
          .getProperties()
          .forEach(
              (name, p) -> {
                visit.accept(name, p);
                walk(p, visit);
              });
    }
  }

  private static void complete(String name, JSONSchemaProps p) {
    if ("array".equals(p.getType())) {
      list(name, p);
    } else if ("string".equals(p.getType()) && TIMES.contains(name)) {
      p.setFormat("date-time");
    } else if ("integer".equals(p.getType()) && p.getMinimum() == null) {
      p.setFormat("int64");
      if (p.getDefault() == null) {
        p.setMinimum(0.0);
      }
    }
  }

  /**
   * Checks what an agent writes more closely than the format date-time, which accepts an offset of
   * +99:99 and ten fraction digits, and more closely than a text of 32 characters. Counts have no
   * maximum: the operator's sums saturate, and refusing the report would lose everything else in
   * it.
   */
  private static void restrict(String name, JSONSchemaProps p) {
    if (RATES.contains(name)) {
      p.setPattern(RATE);
    } else if (REPORT_TIMES.contains(name)) {
      p.setPattern(TIME);
    }
  }

  /** The largest object must fit into etcd, and an unbounded field can be of any size. */
  private static void requireBound(String name, JSONSchemaProps p) {
    boolean bounded =
        switch (p.getType() == null ? "" : p.getType()) {
          case "string" -> p.getMaxLength() != null || p.getEnum() != null || p.getFormat() != null;
          case "array" -> p.getMaxItems() != null;
          default -> true;
        };
    if (!bounded) {
      throw new IllegalStateException(
          "field without a bound: " + name + "; add @Size or, for a time, its name to TIMES");
    }
  }

  private static void list(String name, JSONSchemaProps p) {
    JSONSchemaProps items = p.getItems().getSchema();
    if (name.equals("conditions")) {
      mapList(p, "type");
      items.setRequired(List.of("type", "status", "lastTransitionTime", "reason", "message"));
      Map<String, JSONSchemaProps> fields = items.getProperties();
      fields.get("status").setEnum(List.of(text("True"), text("False"), text("Unknown")));
      bound(fields.get("type"), 316, null);
      bound(fields.get("reason"), 256, "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$");
      bound(fields.get("message"), 4096, null);
    } else if (name.equals("probes")) {
      mapList(p, "uid");
      items.setRequired(List.of("uid", "name"));
    } else if (name.equals("predecessors")) {
      mapList(p, "nodeUID");
      items
          .getProperties()
          .get("probes")
          .getItems()
          .getSchema()
          .getProperties()
          .keySet()
          .retainAll(HEADLINE);
      items.setRequired(List.of("nodeUID"));
    } else if (SETS.contains(name) && !"object".equals(items.getType())) {
      p.setXKubernetesListType("set");
    } else {
      p.setXKubernetesListType("atomic");
    }
  }

  private static JsonNode text(String s) {
    return TextNode.valueOf(s);
  }

  private static void bound(JSONSchemaProps p, long max, String pattern) {
    p.setMaxLength(max);
    p.setPattern(pattern);
  }

  private static void mapList(JSONSchemaProps p, String key) {
    p.setXKubernetesListType("map");
    p.setXKubernetesListMapKeys(List.of(key));
  }
}
