// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ListenerTest {
  @Test
  void waitsForPortThatIsTaken() throws Exception {
    CompletableFuture<HttpEndpoint> opened = new CompletableFuture<>();
    CountDownLatch tries = new CountDownLatch(2);
    int port;
    try (ServerSocket other = new ServerSocket(0)) {
      port = other.getLocalPort();
      new Listener(Duration.ofMillis(20))
          .listen(
              "port " + port,
              "nothing is served",
              () -> {
                tries.countDown();
                HttpEndpoint http = HttpEndpoint.metrics(port, () -> "");
                opened.complete(http);
                return http;
              });
      assertTrue(tries.await(20, TimeUnit.SECONDS), "tried again while the port is taken");
    }
    try (HttpEndpoint http = opened.get(20, TimeUnit.SECONDS)) {
      assertEquals(port, http.port());
    }
  }
}
