// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** Makes the agent's Kubernetes client. */
public final class Clients {
  // A node without spare CPU time needs seconds for its first TLS handshake.
  private static final int CONNECT_MILLIS = 15_000;
  private static final int REQUEST_MILLIS = 20_000;

  private Clients() {}

  /**
   * Makes a client that does not retry requests: its callers retry, with the newest content.
   *
   * @param where address and credentials of the API server
   */
  public static KubernetesClient of(Config where) {
    Config config =
        new ConfigBuilder(where)
            .withRequestTimeout(REQUEST_MILLIS)
            .withConnectionTimeout(CONNECT_MILLIS)
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }
}
