package io.dropprobe.agent.count;

import io.dropprobe.api.v1alpha1.ReasonClass;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What a drop reason means to the owner of the packets, by the kernel's own name for it. A name
 * that is not in the catalogue has no class: null, not a guess.
 */
public final class ReasonCatalog {
  private static final String FILE = "reason-classes.txt";

  private final Map<String, ReasonClass> classes;

  private ReasonCatalog(Map<String, ReasonClass> classes) {
    this.classes = Map.copyOf(classes);
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
    for (String line : text.split("\n")) {
      String[] words = line.strip().split("\\s+");
      if (!words[0].isEmpty() && !words[0].startsWith("#")) {
        ReasonClass c = ReasonClass.valueOf(words[0]);
        for (int i = 1; i < words.length; i++) {
          classes.put(words[i], c);
        }
      }
    }
    return new ReasonCatalog(classes);
  }

  /** Null when the catalogue does not have it. */
  public ReasonClass classOf(String reason) {
    return classes.get(reason);
  }

  /** Whether such a free is no loss, and so no part of the headline. */
  public boolean noise(String reason) {
    return classes.get(reason) == ReasonClass.Noise;
  }
}
