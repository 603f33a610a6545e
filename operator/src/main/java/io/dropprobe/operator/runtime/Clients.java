// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * Produces Kubernetes clients that use the HTTP client of the JDK: the framework's default needs a
 * second network stack, 17 more jars and 15 MiB.
 */
@ApplicationScoped
public class Clients {
  private final Config config;
  private final KubernetesSerialization serialization;

  /**
   * @param config from the pod's service account, or from KUBECONFIG
   */
  @Inject
  public Clients(Config config, KubernetesSerialization serialization) {
    this.config = config;
    this.serialization = serialization;
  }

  /** The shared client. */
  @Produces
  @Singleton
  KubernetesClient shared() {
    return another();
  }

  void close(@Disposes KubernetesClient client) {
    client.close();
  }

  /** A new client, for use after the shared one is closed. */
  public KubernetesClient another() {
    return new KubernetesClientBuilder()
        .withHttpClientFactory(new JdkHttpClientFactory())
        .withConfig(config)
        .withKubernetesSerialization(serialization)
        .build();
  }
}
