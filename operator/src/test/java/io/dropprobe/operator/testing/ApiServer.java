// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import static org.junit.jupiter.api.Assumptions.abort;

import io.dropprobe.api.client.KubernetesClients;
import io.dropprobe.api.client.ServerTime;
import io.dropprobe.api.client.Time;
import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A real API server with etcd, one for all tests of a JVM, with {@code deploy/base} installed
 * (except the operator's Deployment, since no node could run it). The programs are in the folder
 * that {@code KUBE_API_TEST_DIR} names; {@code e2e/cluster api-test-dir} prints one.
 */
public final class ApiServer {
  public static final String NAMESPACE = "dropprobe-system";

  private static final Path ROOT = Path.of("..");
  private static final List<String> MANIFESTS =
      List.of(
          "crds/k8s/dropprobes.dropprobe.io.yaml",
          "crds/k8s/dropprobenodes.dropprobe.io.yaml",
          "deploy/base/namespace.yaml",
          "deploy/base/operator-rbac.yaml",
          "deploy/base/agent-rbac.yaml",
          "deploy/base/agent-own-node-policy.yaml",
          "deploy/base/user-roles.yaml",
          "deploy/base/settings.yaml");

  private static ApiServer running;

  private final String kubeconfig;
  private final KubernetesClient admin;

  private ApiServer(String kubeconfig) {
    this.kubeconfig = kubeconfig;
    this.admin = client(new ConfigBuilder(Config.fromKubeconfig(kubeconfig)).build());
  }

  /**
   * Starts the server at the first call. Without the programs a test is skipped; on CI it fails.
   */
  public static synchronized ApiServer get() {
    if (running == null) {
      String dir = System.getenv("KUBE_API_TEST_DIR");
      if (dir == null || !Files.isDirectory(Path.of(dir, "k8s"))) {
        missing(
            "KUBE_API_TEST_DIR="
                + dir
                + " holds no Kubernetes programs: set it to what `e2e/cluster api-test-dir` prints");
      }
      running = start(dir);
    }
    return running;
  }

  private static void missing(String why) {
    if ("true".equals(System.getenv("CI"))) {
      throw new IllegalStateException(why);
    }
    System.out.println("SKIPPED, no API server: " + why);
    abort(why);
  }

  private static ApiServer start(String dir) {
    var server =
        new KubeAPIServer(
            KubeAPIServerConfigBuilder.anAPIServerConfig()
                .withTestDir(dir)
                .withUpdateKubeConfig(false)
                .withOfflineMode(true)
                .withStartupTimeout(120_000)
                .build());
    // The library has no hook: both processes would outlive an aborted test run.
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
    server.start();
    ApiServer api = new ApiServer(server.getKubeConfigYaml());
    MANIFESTS.forEach(api::apply);
    return api;
  }

  private void apply(String manifest) {
    try (InputStream yaml = Files.newInputStream(ROOT.resolve(manifest))) {
      for (HasMetadata object : admin.load(yaml).items()) {
        Await.until(
            "applied " + manifest,
            () -> {
              admin.resource(object).forceConflicts().serverSideApply();
              return true;
            });
      }
    } catch (IOException e) {
      throw new IllegalStateException(manifest, e);
    }
  }

  /** A client that may do everything. */
  public KubernetesClient admin() {
    return admin;
  }

  /** A kubeconfig with the certificate of {@link #admin}. */
  public String kubeconfig() {
    return kubeconfig;
  }

  /** A client with the operator's account, which has the roles of deploy/. */
  public KubernetesClient operator() {
    return client(as("dropprobe-operator", Map.of()));
  }

  /** As {@link #operator()}, with an interceptor of its requests. */
  public KubernetesClient operator(Interceptor interceptor) {
    return builder(as("dropprobe-operator", Map.of()))
        .withHttpClientBuilderConsumer(b -> b.addOrReplaceInterceptor("test", interceptor))
        .build();
  }

  /**
   * Returns a client with the agents' account.
   *
   * @param nodes node claims of the token; normally one
   */
  public KubernetesClient agent(String... nodes) {
    // The client does not encode the slash of a header's name.
    return client(
        as(
            "dropprobe-agent",
            nodes.length == 0
                ? Map.of()
                : Map.of("authentication.kubernetes.io%2Fnode-name", List.of(nodes))));
  }

  private Config as(String account, Map<String, List<String>> extras) {
    return new ConfigBuilder(Config.fromKubeconfig(kubeconfig))
        .withImpersonateUsername("system:serviceaccount:" + NAMESPACE + ":" + account)
        .withImpersonateGroups(
            "system:serviceaccounts", "system:serviceaccounts:" + NAMESPACE, "system:authenticated")
        .withImpersonateExtras(extras)
        .build();
  }

  private static KubernetesClient client(Config config) {
    return builder(config).build();
  }

  private static KubernetesClientBuilder builder(Config config) {
    config.setRequestRetryBackoffLimit(2);
    return KubernetesClients.builder(config, new ServerTime(Time.system()));
  }
}
