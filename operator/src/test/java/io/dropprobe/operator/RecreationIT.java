// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.LateAnswer;
import io.dropprobe.operator.testing.RunningOperator;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A DropProbe that is created again under the same name, while the operator has not yet read the
 * answer to its removal of the first one's finalizer.
 */
class RecreationIT {
  private static final String NAME = "again";

  private final KubernetesClient admin = ApiServer.get().admin();
  private final LateAnswer late = new LateAnswer(RecreationIT::removesTheFinalizer);
  private final KubernetesClient client = ApiServer.get().operator(late);
  private final RunningOperator operator = new RunningOperator(client);

  @AfterEach
  void stop() {
    operator.close();
    client.close();
  }

  @Test
  void lateEndOfADeletionDoesNotStopTheSuccessor() {
    create();
    awaitPass();
    delete();
    Await.until("the first DropProbe is deleted", () -> probe() == null);
    create();
    Await.until("the successor has a finalizer", () -> hasFinalizer(probe()));
    assertTrue(late.isAwaited(), "the operator has not removed the finalizer by a patch");
    late.arrive();

    awaitPass();
    delete();
    Await.until("the successor is deleted", () -> probe() == null);
  }

  private void create() {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setName(NAME);
    probe.setStatus(null);
    admin.resource(probe).create();
  }

  private void delete() {
    admin.resources(DropProbe.class).withName(NAME).delete();
  }

  private DropProbe probe() {
    return admin.resources(DropProbe.class).withName(NAME).get();
  }

  private static boolean hasFinalizer(DropProbe probe) {
    return probe.hasFinalizer(Names.FINALIZER);
  }

  /** It is the only patch of the object that is not a server-side apply. */
  private static boolean removesTheFinalizer(HttpRequest request) {
    return request.method().equals("PATCH")
        && request.uri().getPath().endsWith("/" + NAME)
        && !String.valueOf(request.uri().getQuery()).contains("force=true");
  }

  private void awaitPass() {
    Await.until("the DropProbe has a status", () -> probe().getStatus().conditions != null);
  }
}
