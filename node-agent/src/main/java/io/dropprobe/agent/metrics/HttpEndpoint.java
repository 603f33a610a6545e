// SPDX-License-Identifier: Apache-2.0
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

/**
 * One port of the agent, on the JDK's HTTP server. Health and metrics have one each, with their own
 * threads and limits of connections, so that clients of the one cannot block the other.
 */
public final class HttpEndpoint implements AutoCloseable {
  /** More than one, so that one client that hangs does not block the others. */
  static final int THREADS = 2;

  static {
    // The JDK's server reads these limits once, for all servers of the process.
    // Connections per server; further ones are closed at once.
    System.setProperty("jdk.httpserver.maxConnections", "16");
    System.setProperty("sun.net.httpserver.maxIdleConnections", "4");
    System.setProperty("sun.net.httpserver.idleInterval", "10"); // s
    // For a request and for its answer: connections that hang are closed.
    System.setProperty("sun.net.httpserver.maxReqTime", "10"); // s
    System.setProperty("sun.net.httpserver.maxRspTime", "10"); // s
    System.setProperty("sun.net.httpserver.maxReqHeaders", "64");
    System.setProperty("sun.net.httpserver.maxReqHeaderSize", "16384"); // bytes
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private HttpEndpoint(InetSocketAddress address, String name) throws IOException {
    server = HttpServer.create(address, 16);
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            r -> {
              Thread t = new Thread(r, name);
              t.setDaemon(true);
              return t;
            });
    server.setExecutor(threads);
  }

  /**
   * Serves {@code /healthz} and {@code /readyz} on the loopback address, where the kubelet asks.
   *
   * @param port 0 for any free port
   * @param alive whether the loop makes passes
   * @param ready whether the API server has been read
   * @throws IOException if the port is in use
   */
  public static HttpEndpoint health(int port, BooleanSupplier alive, BooleanSupplier ready)
      throws IOException {
    HttpEndpoint http = new HttpEndpoint(new InetSocketAddress("127.0.0.1", port), "health");
    http.check("/healthz", alive);
    http.check("/readyz", ready);
    http.server.start();
    return http;
  }

  /**
   * Serves {@code /metrics} on all addresses.
   *
   * @param port 0 for any free port
   * @param metrics the text for Prometheus
   * @throws IOException if the port is in use
   */
  public static HttpEndpoint metrics(int port, Supplier<String> metrics) throws IOException {
    HttpEndpoint http = new HttpEndpoint(new InetSocketAddress(port), "metrics");
    http.server.createContext(
        "/metrics", exchange -> answer(exchange, "/metrics", 200, MetricsText.TYPE, metrics.get()));
    http.server.start();
    return http;
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
