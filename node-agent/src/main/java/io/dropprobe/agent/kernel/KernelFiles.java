package io.dropprobe.agent.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Small files of one value below {@code /proc} and {@code /sys}. */
final class KernelFiles {
  private KernelFiles() {}

  /** The file's text without the line break at its end; empty when it can't be read. */
  static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
