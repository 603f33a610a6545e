package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.CuttableLink;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator as it is shipped: its jar in a process of its own, with its own account. */
class PackagedOperatorIT {
  private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");

  /** Its port is the second group. */
  private static final Pattern SERVER = Pattern.compile("(server: .*:)([0-9]+)");

  @TempDir Path dir;

  @Test
  void isElectedAnswersItsProbesAndGivesTheLeaseAway() throws Exception {
    ApiServer api = ApiServer.get();
    int port = freePort();
    Process operator = start(api.kubeconfig(), port);
    try {
      Await.until("leads", () -> !holder(api).isEmpty(), this::log);
      Await.until("is ready", () -> get(port, "/q/health/ready").statusCode() == 200, this::log);
      assertEquals(200, get(port, "/q/health/live").statusCode());
      assertEquals(200, get(port, "/q/health/started").statusCode());
      Await.until(
          "has reconciled the settings, and counted it",
          () ->
              get(port, "/q/metrics")
                  .body()
                  .contains(
                      "dropprobe_operator_reconciliations_total{controller=\"agents\",result=\"ok\"}"),
          () -> log() + body(port));
      assertTrue(holder(api).startsWith("operator-0_"), holder(api));
      String holder = holder(api);
      ZonedDateTime renewed = lease(api).getSpec().getRenewTime();
      Await.until(
          "renews the lease",
          () -> lease(api).getSpec().getRenewTime().isAfter(renewed),
          this::log);
      assertEquals(holder, holder(api), "the same process leads on");

      operator.destroy();
      assertTrue(operator.waitFor(60, TimeUnit.SECONDS), this::log);
      assertEquals("", holder(api), "another would have to wait for the lease to run out");
    } finally {
      operator.destroyForcibly();
    }
    assertTrue(!log().contains("ERROR"), this::log);
  }

  @Test
  void endsInTimeWhenItCanNotRenewTheLease() throws Exception {
    ApiServer api = ApiServer.get();
    Matcher server = SERVER.matcher(api.kubeconfig());
    assertTrue(server.find(), api.kubeconfig());
    try (CuttableLink link = new CuttableLink(Integer.parseInt(server.group(2)))) {
      Process operator = start(server.replaceAll("$1" + link.port()), freePort());
      try {
        Await.until("leads", () -> holder(api).startsWith("operator-0_"), this::log);
        link.cut();
        // 7 s to renew, and some for a busy machine; the client's own retries alone take 20.
        assertTrue(operator.waitFor(14, TimeUnit.SECONDS), this::log);
        assertEquals(1, operator.exitValue());
      } finally {
        operator.destroyForcibly();
      }
    }
    assertTrue(log().contains("the lease is lost"), this::log);
  }

  private Process start(String access, int port) throws IOException {
    Path kubeconfig = dir.resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        access.replaceFirst(
            "\n( *)client-certificate:",
            "\n$1as: system:serviceaccount:dropprobe-system:dropprobe-operator$0"));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-jar",
            JAR.toString());
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    builder.environment().put("POD_NAMESPACE", ApiServer.NAMESPACE);
    builder.environment().put("POD_NAME", "operator-0");
    builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
    builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
    return builder.redirectErrorStream(true).redirectOutput(dir.resolve("log").toFile()).start();
  }

  private static Lease lease(ApiServer api) {
    return api.admin()
        .leases()
        .inNamespace(ApiServer.NAMESPACE)
        .withName("dropprobe-operator")
        .get();
  }

  private static String holder(ApiServer api) {
    Lease lease = lease(api);
    String holder = lease == null ? null : lease.getSpec().getHolderIdentity();
    return holder == null ? "" : holder;
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static String body(int port) {
    try {
      return get(port, "/q/metrics").body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private String log() {
    try {
      return Files.readString(dir.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket s = new ServerSocket(0)) {
      return s.getLocalPort();
    }
  }
}
