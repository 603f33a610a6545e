package io.dropprobe.agent.count;

import io.dropprobe.api.v1alpha1.ReasonClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What a drop means to the owner of the packets, by the kernel's own name of the reason, and for
 * some reasons by the function that freed the packet. A name that is not in the catalogue has no
 * class: null, not a guess.
 */
public final class ReasonCatalog {
  private static final String FILE = "reason-classes.txt";

  /** Keys are {@code REASON} and {@code REASON@function}. */
  private final Map<String, ReasonClass> classes;

  /** By reason: the first class that is not noise of its functions in the catalogue. */
  private final Map<String, ReasonClass> ofFunctions;

  private ReasonCatalog(Map<String, ReasonClass> classes, Map<String, ReasonClass> ofFunctions) {
    this.classes = Map.copyOf(classes);
    this.ofFunctions = Map.copyOf(ofFunctions);
  }

  /** The one that is packed with the agent. */
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
   * The class of what a reason drops. Of a reason that is noise but for some functions, theirs.
   * Null when the catalogue does not have it.
   */
  public ReasonClass classOf(String reason) {
    ReasonClass own = classes.get(reason);
    return own == ReasonClass.Noise ? ofFunctions.getOrDefault(reason, own) : own;
  }

  /** Whether a free for this reason is no loss, where the function is not known. */
  boolean noise(String reason) {
    return classes.get(reason) == ReasonClass.Noise;
  }

  /**
   * Whether a free for this reason by this function is no loss, and so no part of the headline.
   *
   * @param function as the kernel names it; what the compiler has added ({@code .isra.0}) is
   *     ignored
   */
  boolean noise(String reason, String function) {
    int dot = function.indexOf('.');
    String key = reason + "@" + (dot > 0 ? function.substring(0, dot) : function);
    return classes.getOrDefault(key, classes.get(reason)) == ReasonClass.Noise;
  }
}
