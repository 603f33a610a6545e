// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.client;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.lang.reflect.Proxy;
import java.net.http.HttpClient;
import java.time.Duration;

/**
 * Makes Kubernetes clients that use the HTTP client of the JDK, and that notice a connection
 * through which nothing comes any more. The default HTTP client needs a second network stack, 17
 * more jars and 15 MiB.
 */
public final class KubernetesClients {
  /** How long nothing may come through a watch before its connection is dead. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private KubernetesClients() {}

  /**
   * @param where address and credentials of the API server
   * @param time learns the time of its answers
   */
  public static KubernetesClientBuilder builder(Config where, ServerTime time) {
    return builder(where, time, PATIENCE);
  }

  /**
   * As {@link #builder(Config, ServerTime)}.
   *
   * @param patience how long nothing may come through a watch before its connection is dead
   */
  public static KubernetesClientBuilder builder(Config where, ServerTime time, Duration patience) {
    // With HTTP/2 all requests share one connection. If it is dead, each of them fails after its
    // timeout, and the connection stays in use until TCP gives up, after about 15 minutes
    // (tcp_retries2). With HTTP/1.1 a request that has failed closes its connection.
    Config config = new ConfigBuilder(where).withHttp2Disable(true).build();
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientFactory(new Factory(patience))
        .withHttpClientBuilderConsumer(b -> b.addOrReplaceInterceptor("server-time", time));
  }

  private static final class Factory extends JdkHttpClientFactory {
    private final Duration patience;

    Factory(Duration patience) {
      this.patience = patience;
    }

    @Override
    protected HttpClient.Builder createNewHttpClientBuilder() {
      return pinging(super.createNewHttpClientBuilder());
    }

    /** A proxy, because only one of the builder's many methods differs. */
    private HttpClient.Builder pinging(HttpClient.Builder of) {
      return (HttpClient.Builder)
          Proxy.newProxyInstance(
              Factory.class.getClassLoader(),
              new Class<?>[] {HttpClient.Builder.class},
              (proxy, method, arguments) -> {
                Object result = method.invoke(of, arguments);
                return result instanceof HttpClient client
                    ? new PingingHttpClient(client, patience)
                    : result == of ? proxy : result;
              });
    }
  }
}
