// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.agent.pod.PodNetns;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.Match;
import io.fabric8.generator.annotation.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares constants of the module's {@code abi.h} with those in Java. */
class ModuleLimitsTest {
  private static final Path ABI = Path.of("../kmod-builder/module/abi.h");

  private static int inModule(String name) throws IOException {
    var line = Pattern.compile("^#define %s\\s+(\\d+)\\b".formatted(name), Pattern.MULTILINE);
    return line.matcher(Files.readString(ABI))
        .results()
        .map(found -> Integer.parseInt(found.group(1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(ABI + " has no number " + name));
  }

  @Test
  void abiIsThatOfModule() throws IOException {
    assertEquals(inModule("DP_ABI"), ModuleTable.ABI);
  }

  @Test
  void limitsOfProbesAndNetnsAreThoseOfModule() throws IOException {
    assertEquals(inModule("DP_PROBES_MAX"), Limits.PROBES_PER_KERNEL);
    assertEquals(inModule("DP_NETNS_MAX"), PodNetns.LIMIT);
  }

  @ParameterizedTest
  @CsvSource({
    "ports, DP_PORTS_MAX",
    "cidrs, DP_CIDRS_MAX",
    "reasons, DP_REASONS_MAX",
    "excludeReasons, DP_REASONS_MAX"
  })
  void matchAllowsAsManyEntriesAsModule(String field, String name) throws Exception {
    var size = Match.class.getField(field).getAnnotation(Size.class);
    assertEquals(inModule(name), size.max());
  }
}
