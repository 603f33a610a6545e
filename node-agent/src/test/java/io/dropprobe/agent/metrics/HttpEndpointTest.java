package io.dropprobe.agent.metrics;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<String> get(HttpEndpoint http, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + http.port() + path);
    return client.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aConnectionThatHangsDoesNotMakeTheAgentLookDead() throws IOException, InterruptedException {
    try (HttpEndpoint http = new HttpEndpoint(0, () -> true, () -> true, () -> "");
        Socket stuck = new Socket("127.0.0.1", http.port())) {
      http.start();
      stuck.getOutputStream().write("GET /healthz HTTP/1.1\r\nHost: ".getBytes(US_ASCII));
      stuck.getOutputStream().flush();
      assertEquals(200, get(http, "/healthz").statusCode());
    }
  }

  @Test
  void answersHealthReadinessAndMetrics() throws IOException, InterruptedException {
    AtomicBoolean alive = new AtomicBoolean(true);
    try (HttpEndpoint http = new HttpEndpoint(0, alive::get, () -> false, () -> "x 1\n")) {
      http.start();
      assertEquals(200, get(http, "/healthz").statusCode());
      assertEquals(503, get(http, "/readyz").statusCode());
      HttpResponse<String> metrics = get(http, "/metrics");
      assertEquals("x 1\n", metrics.body());
      assertEquals(MetricsText.TYPE, metrics.headers().firstValue("Content-Type").orElse(""));
      assertEquals(404, get(http, "/metrics/deeper").statusCode());
      alive.set(false);
      assertEquals(503, get(http, "/healthz").statusCode());
    }
  }
}
