// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.operator.testing.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;
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
    removal.of(removal.live(first).orElseThrow());
    assertEquals(List.of("example.org/other"), live().getMetadata().getFinalizers());
    assertEquals(Optional.empty(), removal.live(first), "there is nothing left to remove");
    clean();
    removal.of(first); // there is none of that name

    create(Names.FINALIZER);
    removal.of(first);
    assertTrue(live().hasFinalizer(Names.FINALIZER));
    assertEquals(Optional.empty(), removal.live(first), "it is another one");
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
