// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropprobe.operator.agents.AgentsReconciler;
import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.events.EventRecorder;
import io.dropprobe.operator.runtime.Clients;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.dropprobe.operator.settings.CurrentSettings;
import io.dropprobe.operator.testing.TestClock;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.junit.jupiter.api.Test;

class InformerLivenessTest {
  private final TestClock clock = new TestClock();

  @Test
  void isDownFourMinutesAfterFailedStart() throws IOException {
    KubernetesClient client = withoutServer();
    ClusterCache cluster = new ClusterCache(client);
    Operator operator =
        new Operator(o -> o.withKubernetesClient(client).checkingCRDAndValidateLocalModel(false));
    operator.register(
        new AgentsReconciler(
            cluster,
            new CurrentSettings(clock),
            new EventRecorder(client, clock),
            new OperatorNamespace("dropprobe-system"),
            null),
        o -> o.settingNamespace("dropprobe-system"));
    InformerLiveness liveness = new InformerLiveness(operator, cluster, clock);
    assertEquals(
        HealthCheckResponse.Status.UP, liveness.call().getStatus(), "the operator is starting");

    assertThrows(OperatorException.class, operator::start);
    clock.passes(InformerLiveness.START.minusSeconds(1));
    assertEquals(
        HealthCheckResponse.Status.UP, liveness.call().getStatus(), "the start may be slow");
    clock.passes(Duration.ofSeconds(1));
    assertEquals(HealthCheckResponse.Status.DOWN, liveness.call().getStatus());
  }

  /** A client of a port on which nobody listens. */
  private static KubernetesClient withoutServer() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://127.0.0.1:" + port)
            .withRequestRetryBackoffLimit(0)
            .build();
    return new Clients(config, new KubernetesSerialization()).another();
  }
}
