// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Commands on the machine that runs the tests; from the repository's root. */
final class Shell {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  /**
   * A command that has ended: its standard output without the last newline, and its exit status.
   */
  record Result(int status, String output) {}

  private Shell() {}

  /** Runs the command, at most 20 minutes; standard error goes to that of the tests. */
  static Result run(List<String> command) {
    try {
      var process = start(command);
      var output = CompletableFuture.supplyAsync(() -> read(process));
      if (!process.waitFor(20, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new AssertionError("not finished after 20 minutes: " + command);
      }
      return new Result(process.exitValue(), output.join().stripTrailing());
    } catch (IOException e) {
      throw new UncheckedIOException("can't run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command, e);
    }
  }

  private static String read(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the command, whose output is the caller's to read. */
  static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .directory(ROOT.toFile())
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Like {@link #run}, and the command must succeed. */
  static String output(String... command) {
    var result = run(List.of(command));
    if (result.status() != 0) {
      throw new AssertionError(
          "status %d of %s: %s"
              .formatted(result.status(), String.join(" ", command), result.output()));
    }
    return result.output();
  }
}
