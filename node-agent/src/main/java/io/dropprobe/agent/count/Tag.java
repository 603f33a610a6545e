package io.dropprobe.agent.count;

import io.dropprobe.api.schema.Digest;

/**
 * What an epoch was begun for, in few characters. It goes to the kernel with the probe, so that an
 * agent which finds the probe there (after a lost disk, or on a shared kernel) can tell whether it
 * counts what is wanted.
 */
public final class Tag {
  private Tag() {}

  /**
   * 16 hexadecimal digits.
   *
   * @param series of numbers
   * @param options that the probe is added with and that can't change within an epoch
   */
  public static String of(String series, String options) {
    return Digest.shortOf(series + " " + options);
  }
}
