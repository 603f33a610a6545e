// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  /** Words that mean something else elsewhere: names of columns, states of the module. */
  private static final Set<String> ALSO_ORDINARY =
      Set.of("Ready", "Inactive", "Loaded", "Building");

  private static final Pattern LITERAL = Pattern.compile("\"([A-Z][A-Za-z]+)\"");

  @Test
  void reasonsAreWrittenOnlyInConditions() throws IOException {
    Set<String> reasons =
        Stream.concat(Stream.of(Conditions.class), Arrays.stream(Conditions.class.getClasses()))
            .flatMap(c -> Arrays.stream(c.getFields()))
            .map(ConditionsTest::value)
            .filter(r -> !ALSO_ORDINARY.contains(r))
            .collect(Collectors.toSet());
    assertTrue(reasons.contains("KernelUnreadable"), reasons::toString);
    List<String> literals = new ArrayList<>();
    for (String module : List.of("crds", "operator", "node-agent")) {
      Path sources = Path.of("..", module, "src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          Matcher literal = LITERAL.matcher(Files.readString(file));
          while (!file.endsWith("Conditions.java") && literal.find()) {
            if (reasons.contains(literal.group(1))) {
              literals.add(sources.relativize(file) + ": " + literal.group());
            }
          }
        }
      }
    }
    assertEquals(List.of(), literals, "use the constants of Conditions");
  }

  private static String value(java.lang.reflect.Field constant) {
    try {
      return String.valueOf(constant.get(null));
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
