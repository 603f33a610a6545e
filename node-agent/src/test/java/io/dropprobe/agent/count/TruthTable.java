// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The truth suite's table, {@code kmod-builder/module-tests/truth/workloads.conf}: what each
 * workload is expected to show. Its first lines explain the format.
 *
 * @param rows by name, in the order of the table
 */
record TruthTable(Map<String, Row> rows) {
  private static final String BECAUSE = "because ";

  /** An exception for each kernel that has none of its own. */
  private static final String ALL = "all";

  /**
   * A workload.
   *
   * @param exceptions by kernel
   */
  record Row(Expected expected, Map<String, Expected> exceptions) {
    /** What is expected on a kernel. */
    Expected on(String kernel) {
      return exceptions.getOrDefault(kernel, exceptions.getOrDefault(ALL, expected));
    }
  }

  /**
   * Expected packets of each effect.
   *
   * @param why why the kernel's numbers differ from those of others; empty in the workload's own
   *     line
   */
  record Expected(Packets lost, Packets refused, Packets unclear, String why) {
    /** Whether the kernel cannot run the workload. */
    boolean skipped() {
      return lost instanceof Packets.NotRun;
    }
  }

  /** One number of the table. */
  sealed interface Packets {
    /** The same on each run. */
    record Fixed(long packets) implements Packets {}

    /** N: what the workload itself has measured. */
    record Measured() implements Packets {}

    /** -: the workload does not run. */
    record NotRun() implements Packets {}

    /** The number of packets. */
    default long packets(long measured) {
      return this instanceof Fixed fixed ? fixed.packets() : measured;
    }

    private static Packets of(String word) {
      return switch (word) {
        case "N" -> new Measured();
        case "-" -> new NotRun();
        default -> new Fixed(Long.parseLong(word));
      };
    }
  }

  /**
   * Parses the table.
   *
   * @throws IllegalArgumentException if a line is wrong; the message has the line
   */
  static TruthTable parse(List<String> lines) {
    Map<String, Row> rows = new LinkedHashMap<>();
    String name = "";
    for (String line : lines) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] words = line.strip().split("\\s+", 5);
      if (words.length < 5) {
        throw new IllegalArgumentException("has less than five columns: " + line);
      }
      if (!line.startsWith(" ")) {
        name = words[0];
        Row row = new Row(expected(words, "", line), new HashMap<>());
        if (rows.put(name, row) != null) {
          throw new IllegalArgumentException("stands twice: " + line);
        }
        continue;
      }
      if (!words[4].startsWith(BECAUSE)) {
        throw new IllegalArgumentException("an exception says 'because …': " + line);
      }
      Row row =
          Optional.ofNullable(rows.get(name))
              .orElseThrow(() -> new IllegalArgumentException("belongs to no workload: " + line));
      Expected exception = expected(words, words[4].substring(BECAUSE.length()), line);
      for (String kernel : words[0].split(",")) {
        if (row.exceptions().put(kernel, exception) != null) {
          throw new IllegalArgumentException("a second exception for " + kernel + ": " + line);
        }
      }
    }
    return new TruthTable(rows);
  }

  private static Expected expected(String[] words, String why, String line) {
    try {
      List<Packets> numbers = Arrays.stream(words, 1, 4).map(Packets::of).toList();
      return new Expected(numbers.get(0), numbers.get(1), numbers.get(2), why);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("three words are not numbers, N or -: " + line, e);
    }
  }
}
