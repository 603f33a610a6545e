// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The packaged operator: its jar in a process of its own, with its service account and the options
 * of its image.
 */
public final class OperatorProcess implements AutoCloseable {
  private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");
  private static final Path OPTIONS = Path.of("java.options");

  private final Process process;
  private final Path log;
  private final int port;

  /**
   * Starts the process; returns at once.
   *
   * @param dir for the process's files
   * @param kubeconfig of an administrator
   * @param memoryMib memory limit of its container
   * @param environment more variables
   */
  public OperatorProcess(
      Path dir, String kubeconfig, int memoryMib, Map<String, String> environment)
      throws IOException {
    log = dir.resolve("log");
    port = freePort();
    Path access = dir.resolve("kubeconfig");
    Files.writeString(
        access,
        kubeconfig.replaceFirst(
            "\n( *)client-certificate:",
            "\n$1as: system:serviceaccount:dropprobe-system:dropprobe-operator$0"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    // The JVM would read this from the limit of a container.
    command.add("-XX:MaxRAM=" + memoryMib + "m");
    command.addAll(options());
    command.addAll(List.of("-jar", JAR.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("KUBECONFIG", access.toString());
    builder.environment().put("POD_NAMESPACE", ApiServer.NAMESPACE);
    builder.environment().put("POD_NAME", "operator-0");
    builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
    builder.environment().put("QUARKUS_HTTP_HOST", "127.0.0.1");
    builder.environment().putAll(environment);
    process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
  }

  /** The options of the image that this JVM knows. */
  private static List<String> options() throws IOException {
    boolean compactHeaders = Runtime.version().feature() >= 25;
    return Files.readAllLines(OPTIONS).stream()
        .filter(o -> o.startsWith("-") && !o.startsWith("-jar"))
        .filter(o -> compactHeaders || !o.contains("CompactObjectHeaders"))
        .toList();
  }

  /** Waits until the process has exited, at most {@link Await#DEADLINE}; returns its status. */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the operator has not exited\n" + log());
    }
    return process.exitValue();
  }

  /** The process, not null. */
  public Process process() {
    return process;
  }

  /** The peak resident memory, in MiB. */
  public long peakMib() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(l -> l.startsWith("VmHWM:"))
        .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  /** Sends a GET request to the operator's HTTP port. */
  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(5)) // as the kubelet's probes
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  /** The output of the process so far. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket s = new ServerSocket(0)) {
      return s.getLocalPort();
    }
  }

  /** Kills the process. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
