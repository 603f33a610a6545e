package io.dropprobe.agent.count;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What an epoch was begun for, in few characters. It goes to the kernel with the probe, so that an
 * agent which finds the probe there (after a lost disk, or on a shared kernel) can tell whether it
 * counts what is wanted.
 */
public final class Tag {
  private static final int BYTES = 8;

  private Tag() {}

  /**
   * 16 hexadecimal digits.
   *
   * @param series of numbers
   * @param options that the probe is added with and that can't change within an epoch
   */
  public static String of(String series, String options) {
    byte[] text = (series + " " + options).getBytes(StandardCharsets.UTF_8);
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
      return HexFormat.of().formatHex(hash, 0, BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
