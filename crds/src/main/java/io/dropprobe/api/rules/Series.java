package io.dropprobe.api.rules;

import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.Match;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.TreeSet;

/**
 * Names the series of numbers that a spec asks for: a hash of {@code match} and {@code resetAt}.
 * Within one series a probe's numbers never go down; another series starts at zero. The agent puts
 * it beside its counts (and into its journal), so that both sides know what belongs together
 * without knowing every generation in between.
 *
 * <p>The order of a list, and whether an empty part is written or absent, make no difference.
 */
public final class Series {
  private Series() {}

  /**
   * The series of a spec: 16 hexadecimal digits.
   *
   * @param spec not null
   */
  public static String of(DropProbeSpec spec) {
    Match m = spec.match == null ? new Match() : spec.match;
    StringBuilder text = new StringBuilder();
    part(text, "protocols", m.protocols);
    part(text, "ipFamilies", m.ipFamilies);
    part(text, "ports", m.ports);
    part(text, "cidrs", m.cidrs);
    part(text, "reasons", m.reasons);
    part(text, "excludeReasons", m.excludeReasons);
    part(text, "namespaces", m.namespaces);
    text.append("resetAt=").append(spec.resetAt == null ? "" : spec.resetAt);
    return HexFormat.of().formatHex(sha256(text.toString()), 0, 8);
  }

  private static void part(StringBuilder text, String name, Collection<?> values) {
    TreeSet<String> sorted = new TreeSet<>();
    if (values != null) {
      values.forEach(v -> sorted.add(v.toString()));
    }
    text.append(name).append('=').append(String.join(",", sorted)).append(';');
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
