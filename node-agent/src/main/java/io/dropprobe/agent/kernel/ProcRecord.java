package io.dropprobe.agent.kernel;

import java.util.HashMap;
import java.util.Map;

/**
 * One line of the module's files: a word that names its kind, then {@code key=value} pairs. Readers
 * take what they know and skip the rest.
 *
 * @param kind empty for an empty line
 */
record ProcRecord(String kind, Map<String, String> values) {

  static ProcRecord parse(String line) {
    String[] words = line.strip().split(" +");
    Map<String, String> values = new HashMap<>();
    for (int i = 1; i < words.length; i++) {
      int eq = words[i].indexOf('=');
      if (eq > 0) {
        values.put(words[i].substring(0, eq), words[i].substring(eq + 1));
      }
    }
    return new ProcRecord(words[0], values);
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /**
   * The value.
   *
   * @throws TruncatedReadException when the key is missing
   */
  String text(String key) {
    String value = values.get(key);
    if (value == null) {
      throw new TruncatedReadException("record '" + kind + "' without " + key);
    }
    return value;
  }

  /**
   * The value as a number without sign; counters are 64 bit, and half of that is enough for ever.
   *
   * @throws TruncatedReadException when the key is missing or no number
   */
  long number(String key) {
    String text = text(key);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TruncatedReadException(
          "record '" + kind + "': " + key + "=" + text + " is no number");
    }
  }

  /** As {@link #number}, but {@code otherwise} if the key is absent. */
  long number(String key, long otherwise) {
    return has(key) ? number(key) : otherwise;
  }
}
