// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import java.util.LinkedHashMap;
import java.util.Map;

/** Text with one {@code key=value} per line, as the builder and the cache write it. */
final class KeyValues {
  private KeyValues() {}

  /** Parses a text. Skips lines without {@code =}; the first value of a key counts. */
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

  /** Formats values; line breaks in them become spaces. */
  static String format(Map<String, String> values) {
    StringBuilder text = new StringBuilder();
    values.forEach((k, v) -> text.append(k).append('=').append(v.replace('\n', ' ')).append('\n'));
    return text.toString();
  }
}
