package io.dropprobe.agent.api;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/** The one way in which the agent's client is set up. */
public final class Clients {
  // A node with no CPU to spare needs seconds for its first TLS handshake.
  private static final int CONNECT_MILLIS = 15_000;
  private static final int REQUEST_MILLIS = 20_000;

  private Clients() {}

  /**
   * Requests are not repeated inside the client: what is above it tries again, with the newest
   * content.
   *
   * @param where of the API server, with credentials
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
