// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.api.v1alpha1.ReasonClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Classes of drops, by the kernel's name of the reason and, for some reasons, by the function that
 * freed the packet. A reason that is not in the catalogue has no class.
 */
public final class ReasonCatalog {
  private static final String FILE = "reason-classes.txt";

  /** Keys are {@code REASON} and {@code REASON@function}. */
  private final Map<String, ReasonClass> classes;

  /** By reason: the first class of one of its functions that is not Noise. */
  private final Map<String, ReasonClass> ofFunctions;

  private ReasonCatalog(Map<String, ReasonClass> classes, Map<String, ReasonClass> ofFunctions) {
    this.classes = Map.copyOf(classes);
    this.ofFunctions = Map.copyOf(ofFunctions);
  }

  /** Loads the catalogue that is packaged with the agent. */
  public static ReasonCatalog load() {
    try (InputStream in = ReasonCatalog.class.getResourceAsStream(FILE)) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ReasonCatalog parse(String text) {
    Map<String, ReasonClass> classes = new HashMap<>();
    Map<String, ReasonClass> ofFunctions = new HashMap<>();
    for (String line : text.split("\n")) {
      String[] words = line.strip().split("\\s+");
      if (!words[0].isEmpty() && !words[0].startsWith("#")) {
        ReasonClass c = ReasonClass.valueOf(words[0]);
        for (int i = 1; i < words.length; i++) {
          classes.put(words[i], c);
          int at = words[i].indexOf('@');
          if (at >= 0 && c != ReasonClass.Noise) {
            ofFunctions.putIfAbsent(words[i].substring(0, at), c);
          }
        }
      }
    }
    return new ReasonCatalog(classes, ofFunctions);
  }

  /**
   * The class of the drops of a reason; null means that it is not in the catalogue. A reason that
   * is Noise except for some functions has the class of those.
   */
  public @Nullable ReasonClass classOf(String reason) {
    ReasonClass own = classes.get(reason);
    return own == ReasonClass.Noise ? ofFunctions.getOrDefault(reason, own) : own;
  }

  /** Whether a packet freed for this reason by an unknown function is no loss. */
  boolean noise(String reason) {
    return classes.get(reason) == ReasonClass.Noise;
  }

  /**
   * Whether a packet freed for this reason by this function is no loss.
   *
   * @param function the kernel's symbol; a suffix of the compiler such as {@code .isra.0} is
   *     ignored
   */
  boolean noise(String reason, String function) {
    int dot = function.indexOf('.');
    String key = reason + "@" + (dot > 0 ? function.substring(0, dot) : function);
    return classes.getOrDefault(key, classes.get(reason)) == ReasonClass.Noise;
  }
}
