// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import io.dropprobe.api.client.KubernetesClients;
import io.dropprobe.api.client.ServerTime;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;

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
   * @param time learns the time of its answers
   */
  public static KubernetesClient of(Config where, ServerTime time) {
    Config config =
        new ConfigBuilder(where)
            .withRequestTimeout(REQUEST_MILLIS)
            .withConnectionTimeout(CONNECT_MILLIS)
            .withRequestRetryBackoffLimit(0)
            .build();
    return KubernetesClients.builder(config, time).build();
  }
}
