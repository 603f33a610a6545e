// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.agent.pod.PodNetns;
import io.dropprobe.api.v1alpha1.IPFamily;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Protocol;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private static final ReasonNames REASONS = new ReasonNames(Map.of("NO_SOCKET", 2L));
  private static final PodNetns NETWORKS =
      new PodNetns(Map.of("shop", new TreeSet<>(Set.of("4711"))), null);

  /** A value for every field of {@code spec.match}. */
  private static final Map<String, List<?>> VALUES =
      Map.of(
          "protocols", List.of(Protocol.TCP),
          "ipFamilies", List.of(IPFamily.IPv4),
          "ports", List.of(80),
          "cidrs", List.of("10.0.0.0/8"),
          "reasons", List.of("NO_SOCKET"),
          "excludeReasons", List.of("NO_SOCKET"),
          "namespaces", List.of("shop"));

  @Test
  void everyFieldOfMatchChangesTheWords() throws IllegalAccessException {
    assertEquals(
        Arrays.stream(Match.class.getFields()).map(Field::getName).collect(Collectors.toSet()),
        VALUES.keySet());
    for (Field field : Match.class.getFields()) {
      Match match = new Match();
      field.set(match, VALUES.get(field.getName()));
      assertNotEquals(words(new Match()), words(match), () -> "spec.match." + field.getName());
    }
  }

  private static String words(Match match) {
    return Options.of(probe(match), REASONS, NETWORKS).all();
  }

  private static DesiredProbe probe(Match match) {
    return new DesiredProbe(
        "a",
        "u",
        1,
        Instant.EPOCH,
        "s",
        ProbeState.Active,
        null,
        match,
        false,
        Duration.ofSeconds(30));
  }
}
