// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.FakeNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReportDeletionIT {
  private final ApiServer api = ApiServer.get();
  private final KubernetesClient admin = api.admin();

  @AfterEach
  void clean() {
    admin.nodes().delete();
    admin.resources(DropProbeNode.class).delete();
  }

  @Test
  void skipsReportsThatHaveChangedOrAreDeleted() {
    DropProbeNode deleted = written("deleted");
    FakeNode node = new FakeNode(api, "changed", Map.of());
    node.clean();
    DropProbeNode before = report("changed");
    node.reports(s -> s.activeProbes = 1L);
    DropProbeNode last = written("last");
    admin.resource(deleted).delete();

    new ReportDeletion(api.operator()).all(List.of(deleted, before, last));
    assertEquals(
        List.of("changed"),
        admin.resources(DropProbeNode.class).list().getItems().stream()
            .map(r -> r.getMetadata().getName())
            .toList());
  }

  private DropProbeNode written(String name) {
    new FakeNode(api, name, Map.of()).clean();
    return report(name);
  }

  private DropProbeNode report(String name) {
    return admin.resources(DropProbeNode.class).withName(name).get();
  }
}
