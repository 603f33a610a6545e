// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class HttpEndpointTest {
  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<String> get(HttpEndpoint http, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + http.port() + path);
    return client.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static Socket hanging(HttpEndpoint http, String path) throws IOException {
    return sends(http, "GET " + path + " HTTP/1.1\r\nHost: ");
  }

  private static Socket sends(HttpEndpoint http, String text) throws IOException {
    Socket socket = new Socket("127.0.0.1", http.port());
    socket.getOutputStream().write(text.getBytes(US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  @Test
  void connectionThatHangsDoesNotDelayHealth() throws IOException, InterruptedException {
    try (HttpEndpoint http = HttpEndpoint.health(0, () -> true, () -> true);
        Socket stuck = hanging(http, "/healthz")) {
      assertEquals(200, get(http, "/healthz").statusCode());
      assertTrue(stuck.isConnected());
    }
  }

  /** The scrapes hang until the test ends, so health can only be answered while they hang. */
  @Test
  void scrapesThatHangDoNotDelayHealth() throws IOException, InterruptedException {
    Semaphore begun = new Semaphore(0);
    CountDownLatch release = new CountDownLatch(1);
    List<Socket> stuck = new ArrayList<>();
    try (HttpEndpoint health = HttpEndpoint.health(0, () -> true, () -> true);
        HttpEndpoint metrics = HttpEndpoint.metrics(0, () -> rendersAfter(begun, release))) {
      for (int i = 0; i < HttpEndpoint.THREADS; i++) {
        stuck.add(sends(metrics, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
      }
      begun.acquire(HttpEndpoint.THREADS);
      for (int i = 0; i < 40; i++) {
        stuck.add(hanging(metrics, "/metrics"));
      }
      assertEquals(200, get(health, "/healthz").statusCode());
    } finally {
      release.countDown();
      for (Socket s : stuck) {
        s.close();
      }
    }
  }

  private static String rendersAfter(Semaphore begun, CountDownLatch release) {
    begun.release();
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "";
  }

  @Test
  void closesConnectionsBeyondTheBound() throws IOException {
    List<Socket> open = new ArrayList<>();
    try (HttpEndpoint metrics = HttpEndpoint.metrics(0, () -> "")) {
      for (int i = 0; i < 16; i++) {
        open.add(hanging(metrics, "/metrics"));
      }
      Socket further = new Socket("127.0.0.1", metrics.port());
      open.add(further);
      assertEquals(-1, read(further));
      // The server closes the others too, but only after ten seconds.
      Socket last = open.get(15);
      last.setSoTimeout(1);
      assertThrows(SocketTimeoutException.class, () -> read(last), "still open");
    } finally {
      for (Socket s : open) {
        s.close();
      }
    }
  }

  private static int read(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read();
    } catch (SocketException e) {
      return -1;
    }
  }

  @Test
  void healthIsOnLoopbackOnly() throws IOException {
    Optional<InetAddress> outside =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
            .findFirst();
    Assumptions.assumeTrue(outside.isPresent(), "this machine has only the loopback address");
    try (HttpEndpoint health = HttpEndpoint.health(0, () -> true, () -> true);
        HttpEndpoint metrics = HttpEndpoint.metrics(0, () -> "")) {
      assertThrows(IOException.class, () -> new Socket(outside.get(), health.port()).close());
      new Socket(outside.get(), metrics.port()).close();
    }
  }

  @Test
  void answersHealthReadinessAndMetrics() throws IOException, InterruptedException {
    AtomicBoolean alive = new AtomicBoolean(true);
    try (HttpEndpoint health = HttpEndpoint.health(0, alive::get, () -> false);
        HttpEndpoint http = HttpEndpoint.metrics(0, () -> "x 1\n")) {
      assertEquals(200, get(health, "/healthz").statusCode());
      assertEquals(503, get(health, "/readyz").statusCode());
      assertEquals(404, get(health, "/metrics").statusCode());
      HttpResponse<String> metrics = get(http, "/metrics");
      assertEquals("x 1\n", metrics.body());
      assertEquals(MetricsText.TYPE, metrics.headers().firstValue("Content-Type").orElse(""));
      assertEquals(404, get(http, "/metrics/deeper").statusCode());
      assertEquals(404, get(http, "/healthz").statusCode());
      alive.set(false);
      assertEquals(503, get(health, "/healthz").statusCode());
    }
  }
}
