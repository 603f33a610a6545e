package io.dropprobe.agent.module;

import io.dropprobe.api.schema.Digest;
import java.util.Locale;

/**
 * What came of a request.
 *
 * @param headers folder of the kernel headers; may be empty
 * @param sha256 of the module; empty without one
 * @param message the package to install, or the first error line
 * @param log the end of the build's log
 * @param module the file's content; null unless {@link Result#OK}
 */
record BuildAnswer(
    Result result,
    String headers,
    String compiler,
    int seconds,
    String sha256,
    String message,
    String log,
    byte[] module) {

  /** The module is a few hundred KiB with its symbols, and the heap 48 MiB. */
  static final int MODULE_LIMIT = 4 * 1024 * 1024;

  /**
   * @throws IllegalArgumentException when the module is not the one that was built
   */
  void verifySum() {
    String sum = Digest.of(module);
    if (!sum.equals(sha256)) {
      throw new IllegalArgumentException(
          "the module's sha256 is " + sum + ", the builder says " + sha256);
    }
  }

  /** Outcomes, named as in the builder's protocol. */
  enum Result {
    OK,
    HEADERS_NOT_FOUND,
    TOOLCHAIN,
    FAILED,
    DEADLINE,
    INVALID;

    /** An outcome that is not known is a failure. */
    static Result of(String word) {
      try {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
      } catch (IllegalArgumentException e) {
        return FAILED;
      }
    }
  }
}
