// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A real API server with the CRDs of DropProbe. */
final class ApiServer implements AutoCloseable {
  private final KubeAPIServer server;
  private final AtomicBoolean stopped = new AtomicBoolean();

  ApiServer() {
    String version = version();
    server =
        new KubeAPIServer(
            KubeAPIServerConfigBuilder.anAPIServerConfig()
                .withUpdateKubeConfig(false)
                .withOfflineMode(true)
                .withApiServerVersion(version)
                .build());
    // The library has no shutdown hook, so an interrupted test would leave the servers running.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    server.start();
    try (KubernetesClient client = client()) {
      for (String kind : new String[] {"dropprobes", "dropprobenodes"}) {
        install(client, Path.of("../crds/k8s/" + kind + ".dropprobe.io.yaml"));
      }
    }
  }

  /** Directory of the binaries; null if there are none, so that the tests are skipped. */
  static Path binaries() {
    String dir = System.getenv("KUBE_API_TEST_DIR");
    return dir == null || !Files.isDirectory(Path.of(dir, "k8s")) ? null : Path.of(dir, "k8s");
  }

  private static String version() {
    try (var list = Files.list(binaries())) {
      String name = list.map(p -> p.getFileName().toString()).sorted().findFirst().orElseThrow();
      return name.substring(0, name.indexOf('-'));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void install(KubernetesClient client, Path file) {
    CustomResourceDefinition crd =
        client.apiextensions().v1().customResourceDefinitions().load(file.toFile()).item();
    client
        .resource(crd)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("test")
                .build());
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
            60,
            TimeUnit.SECONDS);
  }

  KubernetesClient client() {
    return Clients.of(Config.fromKubeconfig(server.getKubeConfigYaml()));
  }

  @Override
  public void close() {
    if (!stopped.getAndSet(true)) {
      server.stop();
    }
  }
}
