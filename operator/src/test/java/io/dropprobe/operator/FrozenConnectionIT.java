// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropprobe.api.client.KubernetesClients;
import io.dropprobe.api.client.ServerTime;
import io.dropprobe.api.client.Time;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.CuttableLink;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections through which nothing comes any more, and that neither end has closed. */
class FrozenConnectionIT extends OperatorSupport {
  private CuttableLink link;
  private KubernetesClient client;

  @BeforeEach
  void connect() throws IOException {
    Config direct = Config.fromKubeconfig(api.kubeconfig());
    URI server = URI.create(direct.getMasterUrl());
    link = new CuttableLink(server.getPort());
    client =
        KubernetesClients.builder(
                new ConfigBuilder(direct)
                    .withMasterUrl("https://127.0.0.1:" + link.port())
                    .withRequestTimeout(3000)
                    .withRequestRetryBackoffLimit(0)
                    .build(),
                new ServerTime(Time.system()),
                Duration.ofSeconds(3))
            .build();
  }

  @AfterEach
  void disconnect() {
    client.close();
    link.close();
  }

  private static void write(String value) {
    admin
        .resource(
            new ConfigMapBuilder()
                .withNewMetadata()
                .withName("frozen")
                .withNamespace("default")
                .endMetadata()
                .withData(Map.of("value", value))
                .build())
        .forceConflicts()
        .serverSideApply();
  }

  @Test
  void watchSeesChangesAgain() {
    write("before");
    try (var informer = client.configMaps().inNamespace("default").withName("frozen").inform()) {
      Await.until("the first value", () -> "before".equals(value(informer.getStore().list())));
      link.freeze();
      write("after");
      Await.until("the new value", () -> "after".equals(value(informer.getStore().list())));
    }
  }

  private static String value(java.util.List<ConfigMap> list) {
    return list.isEmpty() ? null : list.get(0).getData().get("value");
  }

  @Test
  void oneRequestFailsAndTheNextOneWorks() {
    assertEquals("default", client.namespaces().withName("default").get().getMetadata().getName());
    link.freeze();
    assertThrows(
        KubernetesClientException.class, () -> client.namespaces().withName("default").get());
    assertEquals("default", client.namespaces().withName("default").get().getMetadata().getName());
  }
}
