// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import static org.junit.jupiter.api.Assumptions.abort;

import io.dropprobe.api.client.ServerTime;
import io.dropprobe.api.client.Time;
import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A real API server with the CRDs of DropProbe. It is not shared with the operator's tests, whose
 * server has all of {@code deploy/base} and serves every test: here a test deletes the CRDs and
 * stops the server.
 */
final class ApiServer implements AutoCloseable {
  private final KubeAPIServer server;
  private final AtomicBoolean stopped = new AtomicBoolean();

  /** Starts the server. Without its programs a test is skipped; on CI it fails. */
  ApiServer() {
    server =
        new KubeAPIServer(
            KubeAPIServerConfigBuilder.anAPIServerConfig()
                .withTestDir(programs())
                .withUpdateKubeConfig(false)
                .withOfflineMode(true)
                .withStartupTimeout(120_000)
                .build());
    // The library has no shutdown hook, so an interrupted test would leave the servers running.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    server.start();
    try (KubernetesClient client = client()) {
      for (String kind : List.of("dropprobes", "dropprobenodes")) {
        install(client, Path.of("../crds/k8s/" + kind + ".dropprobe.io.yaml"));
      }
    }
  }

  private static String programs() {
    String dir = System.getenv("KUBE_API_TEST_DIR");
    if (dir == null || !Files.isDirectory(Path.of(dir, "k8s"))) {
      String why =
          "KUBE_API_TEST_DIR="
              + dir
              + " holds no Kubernetes programs: set it to what `e2e/cluster api-test-dir` prints";
      if ("true".equals(System.getenv("CI"))) {
        throw new IllegalStateException(why);
      }
      abort(why);
    }
    return dir;
  }

  private static void install(KubernetesClient client, Path file) {
    CustomResourceDefinition crd =
        client.apiextensions().v1().customResourceDefinitions().load(file.toFile()).item();
    client.resource(crd).serverSideApply();
    client
        .resource(crd)
        .waitUntilCondition(
            c ->
                c != null
                    && c.getStatus() != null
                    && c.getStatus().getConditions() != null
                    && c.getStatus().getConditions().stream()
                        .anyMatch(
                            x -> x.getType().equals("Established") && x.getStatus().equals("True")),
            120,
            TimeUnit.SECONDS);
  }

  KubernetesClient client() {
    return Clients.of(
        Config.fromKubeconfig(server.getKubeConfigYaml()), new ServerTime(Time.system()));
  }

  @Override
  public void close() {
    if (!stopped.getAndSet(true)) {
      server.stop();
    }
  }
}
