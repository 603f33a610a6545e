// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.api.schema.Digest;

/**
 * A short digest of what an epoch counts. It is stored in the kernel with the probe, so that an
 * agent that finds the probe there (with a new disk, or on a shared kernel) knows whether it counts
 * what is desired.
 */
public final class Tag {
  private Tag() {}

  /**
   * Returns 16 hexadecimal digits.
   *
   * @param series identifies what is counted
   * @param options options that the probe is added with and that cannot change within an epoch
   */
  public static String of(String series, String options) {
    return Digest.shortOf(series + " " + options);
  }
}
