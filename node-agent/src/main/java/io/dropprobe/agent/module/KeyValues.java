package io.dropprobe.agent.module;

import java.util.LinkedHashMap;
import java.util.Map;

/** Small files with one {@code key=value} a line, as the builder and the cache write them. */
final class KeyValues {
  private KeyValues() {}

  /** Lines without {@code =} are skipped; of a key given twice the first counts. */
  static Map<String, String> parse(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    text.lines()
        .forEach(
            line -> {
              int eq = line.indexOf('=');
              if (eq > 0) {
                values.putIfAbsent(line.substring(0, eq), line.substring(eq + 1));
              }
            });
    return values;
  }

  /** The reverse; line breaks in values become blanks. */
  static String format(Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    values.forEach((k, v) -> text.append(k).append('=').append(v.replace('\n', ' ')).append('\n'));
    return text.toString();
  }
}
