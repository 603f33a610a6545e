// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One line of the module's files: a word that names the kind of record, then {@code key=value}
 * pairs, separated by one space each; other blanks belong to values. Readers skip kinds and keys
 * that they do not know.
 *
 * @param kind empty for an empty line
 */
record ProcRecord(String kind, Map<String, String> values) {

  static ProcRecord parse(String line) {
    String[] words = line.split(" ");
    Map<String, String> values = new HashMap<>();
    for (int i = 1; i < words.length; i++) {
      int eq = words[i].indexOf('=');
      if (eq > 0) {
        values.put(words[i].substring(0, eq), words[i].substring(eq + 1));
      }
    }
    return new ProcRecord(words[0], values);
  }

  /**
   * The records of a list that ends with {@code end records=N}, without that; none if the file is
   * empty, as of a module that does not have the list.
   *
   * @param name of the list, for the error
   * @throws TruncatedReadException if the read was truncated
   */
  static List<ProcRecord> complete(String text, String name) {
    return complete(text, name, line -> true);
  }

  /**
   * The same, without the records that are not wanted. These take no memory, however many there
   * are.
   *
   * @param wanted decides by the line of a record
   */
  static List<ProcRecord> complete(String text, String name, Predicate<String> wanted) {
    List<ProcRecord> records = new ArrayList<>();
    each(
        text,
        name,
        line -> {
          if (wanted.test(line)) {
            records.add(parse(line));
          }
        });
    return records;
  }

  /**
   * Gives each record's line of a list to a consumer, which must drop all that it was given if this
   * ends with an exception.
   *
   * @throws TruncatedReadException if the read was truncated
   */
  static void each(String text, String name, Consumer<String> lines) {
    if (text.isEmpty()) {
      return;
    }
    long seen = 0;
    int begin = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
      String line = text.substring(begin, end);
      begin = end + 1;
      if (line.startsWith("end ")) {
        if (seen == parse(line).number("records")) {
          return;
        }
        break;
      }
      seen++;
      lines.accept(line);
    }
    throw new TruncatedReadException(name + " is truncated");
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /**
   * Returns a value.
   *
   * @throws TruncatedReadException if the key is missing
   */
  String text(String key) {
    String value = values.get(key);
    if (value == null) {
      throw new TruncatedReadException("record '" + kind + "' has no key " + key);
    }
    return value;
  }

  /** Returns a value; null if the key is absent or its value is "-", which means none. */
  @Nullable String textOrNull(String key) {
    return "-".equals(values.get(key)) ? null : values.get(key);
  }

  /**
   * Returns a value as a number. Counters are unsigned 64-bit numbers; none reaches the sign bit.
   *
   * @throws TruncatedReadException if the key is missing or its value is not a number
   */
  long number(String key) {
    String text = text(key);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TruncatedReadException(
          "record '" + kind + "': " + key + "=" + text + " is not a number");
    }
  }

  /** As {@link #number}, but {@code otherwise} if the key is absent. */
  long number(String key, long otherwise) {
    return has(key) ? number(key) : otherwise;
  }
}
