// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.operator.testing.ApiServer;
import io.dropprobe.operator.testing.Await;
import io.dropprobe.operator.testing.CuttableLink;
import io.dropprobe.operator.testing.OperatorProcess;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged operator: its jar in a process of its own, with its service account. */
class PackagedOperatorIT {
  /** The memory limit in {@code deploy/base/operator.yaml}. */
  private static final int MEMORY_MIB = 640;

  /**
   * Milliseconds before the first retry of a request. The client's default of ten retries then
   * takes ten minutes, and the one retry that the operator allows takes seconds on any machine.
   */
  private static final Map<String, String> SHORT_LEASE =
      Map.of("KUBERNETES_REQUEST_RETRY_BACKOFFINTERVAL", "3000", "DROPPROBE_LEASE", "10S");

  /** The second group is the port. */
  private static final Pattern SERVER = Pattern.compile("(server: .*:)([0-9]+)");

  @TempDir Path dir;

  @Test
  void isElectedAnswersHealthChecksAndReleasesTheLease() throws Exception {
    ApiServer api = ApiServer.get();
    try (OperatorProcess operator =
        new OperatorProcess(dir, api.kubeconfig(), MEMORY_MIB, Map.of())) {
      Await.until("the operator is the leader", () -> !holder(api).isEmpty(), operator::log);
      Await.until(
          "the operator is ready",
          () -> operator.get("/q/health/ready").statusCode() == 200,
          operator::log);
      assertEquals(200, operator.get("/q/health/live").statusCode());
      assertEquals(200, operator.get("/q/health/started").statusCode());
      Await.until(
          "the metrics count a pass over the settings",
          () ->
              metrics(operator)
                  .contains(
                      "dropprobe_operator_reconciliations_total{controller=\"agents\",result=\"ok\"}"),
          () -> operator.log() + metrics(operator));
      assertTrue(holder(api).equals("operator-0"), holder(api));
      String holder = holder(api);
      ZonedDateTime renewed = lease(api).getSpec().getRenewTime();
      Await.until(
          "the lease is renewed",
          () -> lease(api).getSpec().getRenewTime().isAfter(renewed),
          operator::log);
      assertEquals(holder, holder(api), "the same process is still the leader");

      operator.process().destroy();
      operator.awaitExit();
      assertEquals("", holder(api), "otherwise the next leader waits until the lease expires");
      assertTrue(!operator.log().contains("ERROR"), operator::log);
    }
  }

  @Test
  void exitsInsteadOfRetryingWhenItCannotRenewTheLease() throws Exception {
    ApiServer api = ApiServer.get();
    Matcher server = SERVER.matcher(api.kubeconfig());
    assertTrue(server.find(), api.kubeconfig());
    try (CuttableLink link = new CuttableLink(Integer.parseInt(server.group(2)));
        OperatorProcess operator =
            new OperatorProcess(
                dir, server.replaceAll("$1" + link.port()), MEMORY_MIB, SHORT_LEASE)) {
      Await.until(
          "the operator is the leader", () -> holder(api).equals("operator-0"), operator::log);
      // An operator that is still starting does not exit: its startup probe restarts it.
      Await.until(
          "the operator is ready",
          () -> operator.get("/q/health/ready").statusCode() == 200,
          operator::log);
      link.cut();
      assertEquals(1, operator.awaitExit(), operator::log);
      assertTrue(operator.log().contains("leader election lost"), operator::log);
    }
  }

  @Test
  void startsWhenTheApiServerAnswersAtLast() throws Exception {
    ApiServer api = ApiServer.get();
    Matcher server = SERVER.matcher(api.kubeconfig());
    assertTrue(server.find(), api.kubeconfig());
    int to = Integer.parseInt(server.group(2));
    int port;
    try (CuttableLink link = new CuttableLink(to)) {
      port = link.port();
    }
    try (OperatorProcess operator =
        new OperatorProcess(dir, server.replaceAll("$1" + port), MEMORY_MIB, Map.of())) {
      Await.until(
          "a list has failed",
          () -> operator.log().contains("listSyncAndWatch failed"),
          operator::log);
      assertEquals(503, operator.get("/q/health/ready").statusCode());
      assertEquals(200, operator.get("/q/health/live").statusCode());
      try (CuttableLink link = new CuttableLink(port, to)) {
        assertEquals(port, link.port());
        Await.until(
            "the operator is ready",
            () -> operator.get("/q/health/ready").statusCode() == 200,
            operator::log);
        Await.until(
            "the operator is the leader", () -> holder(api).equals("operator-0"), operator::log);
      }
    }
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

  private static String metrics(OperatorProcess operator) {
    try {
      return operator.get("/q/metrics").body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
