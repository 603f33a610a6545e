// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads files below {@code /proc} and {@code /sys}. */
final class KernelFiles {
  private KernelFiles() {}

  /**
   * The text of a file. Names of interfaces and paths of cgroups need not be valid UTF-8: invalid
   * bytes become U+FFFD, and do not make the file unreadable.
   */
  static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /** The text of a file with one value, without the line break; empty if it cannot be read. */
  static Optional<String> read(Path file) {
    try {
      return Optional.of(text(file).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
