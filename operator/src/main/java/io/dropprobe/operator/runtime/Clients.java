// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.dropprobe.api.client.KubernetesClients;
import io.dropprobe.api.client.ServerTime;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** Produces the Kubernetes client, in place of the framework. */
@ApplicationScoped
public class Clients {
  private final Config config;
  private final KubernetesSerialization serialization;
  private final ServerTime time;

  /**
   * @param config from the pod's service account, or from KUBECONFIG
   * @param time learns the time of the API server's answers
   */
  @Inject
  public Clients(Config config, KubernetesSerialization serialization, ServerTime time) {
    this.config = config;
    this.serialization = serialization;
    this.time = time;
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
    return KubernetesClients.builder(config, time)
        .withKubernetesSerialization(serialization)
        .build();
  }
}
