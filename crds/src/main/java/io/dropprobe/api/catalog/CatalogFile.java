// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Reads the catalogue's file. Its head describes the format. */
final class CatalogFile {
  private static final Map<String, Entry.Key> KEYS = new HashMap<>();

  static {
    for (Entry.Key k : Entry.Key.values()) {
      KEYS.put(k.word(), k);
    }
  }

  private final List<Entry> entries = new ArrayList<>();
  private final Map<Entry.Key, Set<String>> values = new EnumMap<>(Entry.Key.class);
  private final Map<String, String> texts = new HashMap<>();
  private int first;
  private int line;

  private CatalogFile() {}

  /**
   * Reads all entries.
   *
   * @throws IllegalArgumentException if a line is not as the head of the file says, with its number
   */
  static List<Entry> read(String text) {
    CatalogFile file = new CatalogFile();
    for (String line : text.split("\n", -1)) {
      file.line++;
      file.add(line.strip());
    }
    file.end();
    return List.copyOf(file.entries);
  }

  private void add(String text) {
    if (text.isEmpty()) {
      end();
      return;
    }
    if (text.startsWith("#")) {
      return;
    }
    if (values.isEmpty() && texts.isEmpty()) {
      first = line;
    }
    String[] words = text.split("\\s+", 2);
    if (words.length < 2) {
      throw wrong(line, "'" + words[0] + "' has no value");
    }
    Entry.Key key = KEYS.get(words[0]);
    if (key != null) {
      for (String value : words[1].split("\\s+")) {
        if (!values.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(value)) {
          throw wrong(line, "'" + value + "' is named twice");
        }
      }
    } else if (words[0].equals("next")) {
      texts.merge("next", words[1], (a, b) -> a + " " + b);
    } else if (words[0].equals("class") || words[0].equals("means")) {
      if (texts.put(words[0], words[1]) != null) {
        throw wrong(line, "'" + words[0] + "' is given twice");
      }
    } else {
      throw wrong(line, "'" + words[0] + "' is no key");
    }
  }

  private void end() {
    if (values.isEmpty() && texts.isEmpty()) {
      return;
    }
    if (Stream.of(Entry.Key.REASON, Entry.Key.FUNCTION, Entry.Key.COUNTER)
        .noneMatch(values::containsKey)) {
      throw wrong(first, "the entry names neither a reason nor a function nor a counter");
    }
    Entry entry = new Entry(first, values, dropClass(), text("means"), text("next"));
    String wrong = CounterRule.wrong(entry);
    if (wrong != null) {
      throw wrong(first, wrong);
    }
    entries.add(entry);
    values.clear();
    texts.clear();
  }

  private DropClass dropClass() {
    String name = text("class");
    try {
      return DropClass.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw wrong(first, "'" + name + "' is no class");
    }
  }

  private String text(String word) {
    String text = texts.get(word);
    if (text == null) {
      throw wrong(first, "the entry has no '" + word + "'");
    }
    return text;
  }

  private static IllegalArgumentException wrong(int line, String what) {
    return new IllegalArgumentException("line " + line + ": " + what);
  }
}
