// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The fake kernel answers each command of the module's table as the real module does, which runs
 * the same table in the scenario {@code commands}.
 */
class CommandTableTest {
  private static final Path TABLE = Path.of("../kmod-builder/module/commands.txt");
  private static final Pattern LINE = Pattern.compile("(\\S+) +(.*)");
  private static final Pattern REPEATED = Pattern.compile("\\{([^{}]*)\\*(\\d+)}");
  private static final Pattern NUMBERS = Pattern.compile("\\{(\\d+)\\.\\.(\\d+)}");

  private final ManualTime time = new ManualTime();
  private final FakeKernel kernel = new FakeKernel(time);

  @Test
  void fakeKernelAnswersAsTableSays() throws IOException {
    kernel.loaded("A1");
    List<String> lines = Files.readAllLines(TABLE);
    int checked = 0;
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = LINE.matcher(lines.get(i));
      if (!lines.get(i).startsWith("#") && line.matches()) {
        check(TABLE.getFileName() + " line " + (i + 1), line.group(1), line.group(2));
        checked++;
      }
    }
    assertTrue(checked > 100, "only " + checked + " lines of the table were checked");
  }

  private void check(String where, String answer, String rest) throws IOException {
    switch (answer) {
      case "wait" -> time.pass(Duration.ofSeconds(Long.parseLong(rest)));
      case "absent" -> assertNull(probe(rest), where);
      case "shows" -> {
        ProbeSnapshot probe = probe(rest.split(" ")[0]);
        for (String pair : rest.split(" ", 2)[1].split(" ")) {
          String[] expected = pair.split("=");
          assertEquals(expected[1], value(probe, expected[0]), where + ": " + expected[0]);
        }
      }
      default -> {
        List<ProbeSnapshot> before = kernel.probes();
        String answered = answerTo(spelledOut(rest));
        assertEquals(answer, answered, where + ": " + rest);
        if (!answered.equals("ok")) {
          assertEquals(before, kernel.probes(), where + ": refused, but something changed");
        }
      }
    }
  }

  private String answerTo(String command) {
    try {
      kernel.command(command);
      return "ok";
    } catch (KernelException e) {
      return e.errno().name();
    }
  }

  private ProbeSnapshot probe(String name) throws IOException {
    return kernel.probes().stream().filter(p -> p.name().equals(name)).findAny().orElse(null);
  }

  private static String value(ProbeSnapshot probe, String key) {
    return switch (key) {
      case "name" -> probe.name();
      case "uid" -> probe.uid();
      case "abi" -> String.valueOf(1);
      case "owner" -> probe.owner();
      case "active" -> probe.active() ? "y" : "n";
      case "lease" -> String.valueOf(probe.lease());
      case "since" -> String.valueOf(probe.since() == null ? 0 : probe.since().getEpochSecond());
      case "gap" -> String.valueOf(probe.gap());
      case "tag" -> probe.tag() == null ? "-" : probe.tag();
      default -> throw new AssertionError("the test does not know the key " + key);
    };
  }

  /** The command with its short forms replaced, as the head of the table describes them. */
  private static String spelledOut(String command) {
    String repeated =
        REPEATED
            .matcher(command)
            .replaceAll(found -> found.group(1).repeat(Integer.parseInt(found.group(2))));
    return NUMBERS
        .matcher(repeated)
        .replaceAll(CommandTableTest::numbers)
        .replace("\\n", "\n")
        .replace("\\0", "\0")
        .replace("\\s", " ");
  }

  private static String numbers(MatchResult range) {
    return IntStream.rangeClosed(Integer.parseInt(range.group(1)), Integer.parseInt(range.group(2)))
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(","));
  }
}
