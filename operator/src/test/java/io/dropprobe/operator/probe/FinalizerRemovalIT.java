// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.operator.testing.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Another DropProbe of the same name may exist by now. */
class FinalizerRemovalIT {
  private static final String NAME = "renewed";

  private final KubernetesClient admin = ApiServer.get().admin();
  private final KubernetesClient client = ApiServer.get().operator();

  @AfterEach
  void clean() {
    DropProbe left = admin.resources(DropProbe.class).withName(NAME).get();
    if (left != null) {
      left.getMetadata().setFinalizers(List.of());
      admin.resource(left).update();
      admin.resource(left).delete();
    }
  }

  @Test
  void finalizerOfTheSuccessorStays() {
    DropProbe first = create(Names.FINALIZER, "example.org/other");
    FinalizerRemoval removal = new FinalizerRemoval(client);
    assertTrue(removal.of(first));
    assertEquals(List.of("example.org/other"), live().getMetadata().getFinalizers());
    clean();
    assertFalse(removal.of(first), "there is none of that name");

    create(Names.FINALIZER);
    assertFalse(removal.of(first));
    assertTrue(live().hasFinalizer(Names.FINALIZER));
  }

  private DropProbe create(String... finalizers) {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setName(NAME);
    probe.getMetadata().setFinalizers(List.of(finalizers));
    probe.setStatus(null);
    return admin.resource(probe).create();
  }

  private DropProbe live() {
    return admin.resources(DropProbe.class).withName(NAME).get();
  }
}
