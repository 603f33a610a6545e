package io.dropprobe.agent.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** {@code /healthz}, {@code /readyz} and {@code /metrics}, on the JDK's own small server. */
public final class HttpEndpoint implements AutoCloseable {
  /** More than one, so that a client that hangs does not make the agent look dead. */
  private static final int THREADS = 4;

  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          THREADS,
          r -> {
            Thread t = new Thread(r, "http");
            t.setDaemon(true);
            return t;
          });

  /**
   * Listens on all addresses: the kubelet asks from the host.
   *
   * @param port 0 for any free one
   * @param alive whether the loop makes passes
   * @param ready whether the API server has been heard
   * @param metrics the text for Prometheus
   * @throws IOException when the port is taken
   */
  public HttpEndpoint(
      int port, BooleanSupplier alive, BooleanSupplier ready, Supplier<String> metrics)
      throws IOException {
    server = HttpServer.create(new InetSocketAddress(port), 16);
    server.setExecutor(threads);
    check("/healthz", alive);
    check("/readyz", ready);
    server.createContext(
        "/metrics", exchange -> answer(exchange, "/metrics", 200, MetricsText.TYPE, metrics.get()));
  }

  /** Starts to answer. */
  public void start() {
    server.start();
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  private void check(String path, BooleanSupplier good) {
    server.createContext(
        path,
        exchange -> {
          boolean ok = good.getAsBoolean();
          answer(exchange, path, ok ? 200 : 503, "text/plain", ok ? "ok\n" : "not ok\n");
        });
  }

  private static void answer(HttpExchange exchange, String path, int code, String type, String text)
      throws IOException {
    try (exchange) {
      boolean known = exchange.getRequestURI().getPath().equals(path);
      boolean read = exchange.getRequestMethod().equals("GET");
      if (!known || !read) {
        exchange.sendResponseHeaders(known ? 405 : 404, -1);
        return;
      }
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(code, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
