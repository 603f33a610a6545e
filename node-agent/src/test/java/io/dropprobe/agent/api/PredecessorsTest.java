// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PredecessorsTest {
  private static final Path CRD = Path.of("../crds/k8s/dropprobenodes.dropprobe.io.yaml");

  @Test
  void schemaHasExactlyTheFieldsThatAPredecessorKeeps()
      throws IOException, ReflectiveOperationException {
    DropProbeNode existing = new DropProbeNode();
    existing.setStatus(new DropProbeNodeStatus());
    existing.getStatus().nodeUID = "before";
    existing.getStatus().probes = List.of(full());
    ProbeReport kept = Predecessors.of(existing, "now").list().get(0).probes.get(0);
    Set<String> fields = new TreeSet<>();
    for (Field field : ProbeReport.class.getFields()) {
      if (field.get(kept) != null) {
        fields.add(field.getName());
      }
    }
    assertEquals(inSchema(), fields, "the API server drops a field that the schema does not have");
  }

  /** A report with a value in each field. */
  private static ProbeReport full() throws ReflectiveOperationException {
    ProbeReport report = new ProbeReport();
    for (Field field : ProbeReport.class.getFields()) {
      Class<?> type = field.getType();
      Object value =
          Map.<Class<?>, Object>of(
                  Long.class,
                  1L,
                  String.class,
                  "x",
                  List.class,
                  List.of(),
                  ProbeState.class,
                  ProbeState.Active)
              .get(type);
      field.set(report, value != null ? value : type.getConstructor().newInstance());
    }
    return report;
  }

  private static Set<String> inSchema() throws IOException {
    Map<?, ?> crd = new KubernetesSerialization().unmarshal(Files.readString(CRD), Map.class);
    JsonNode schema = new ObjectMapper().valueToTree(crd).findValue("predecessors");
    Set<String> fields = new TreeSet<>();
    schema.findValue("probes").at("/items/properties").fieldNames().forEachRemaining(fields::add);
    return fields;
  }
}
