// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads files that hold one value, below {@code /proc} and {@code /sys}. */
final class KernelFiles {
  private KernelFiles() {}

  /** The text without the line break at its end; empty if the file cannot be read. */
  static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
