// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.api.schema.Digest;
import java.util.Locale;

/**
 * The builder's answer to a request.
 *
 * @param headers directory of the kernel headers; may be empty
 * @param sha256 digest of the module; empty if there is none
 * @param message what is missing and the package to install, or the first line with an error
 * @param log the end of the build log
 * @param module content of the .ko file; empty unless {@link Result#OK}
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

  /** Largest module in bytes. One has a few hundred KiB with its symbols; the heap has 48 MiB. */
  static final int MODULE_LIMIT = 4 * 1024 * 1024;

  /**
   * Compares the module with its digest.
   *
   * @throws IllegalArgumentException if the module is not the one that the builder built
   */
  void verifySum() {
    String sum = Digest.of(module);
    if (!sum.equals(sha256)) {
      throw new IllegalArgumentException(
          "the file dropprobe.ko has the sha256 " + sum + ", but its status says " + sha256);
    }
  }

  /** Results, named as in the builder's protocol. */
  enum Result {
    OK,
    HEADERS_NOT_FOUND,
    TOOLCHAIN,
    FAILED,
    DEADLINE,
    INVALID;

    /** Parses a result; an unknown one is a failure. */
    static Result of(String value) {
      try {
        return valueOf(value.toUpperCase(Locale.ROOT).replace('-', '_'));
      } catch (IllegalArgumentException e) {
        return FAILED;
      }
    }
  }
}
