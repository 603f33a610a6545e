// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LargestTest {
  @Test
  void listsTheLargestAndSumsTheRestAsOther() {
    Map<String, Long> list = Largest.of(Map.of("a", 1L, "b", 5L, "c", 3L, "d", 2L), 2, 11);
    assertEquals(List.of("b", "c", "other"), List.copyOf(list.keySet()));
    assertEquals(List.of(5L, 3L, 3L), List.copyOf(list.values()));
  }

  @Test
  void sortsEqualCountsByName() {
    assertEquals(
        List.of("a", "b", "other"),
        List.copyOf(Largest.of(Map.of("c", 1L, "b", 1L, "a", 1L), 2, 3).keySet()));
  }

  @Test
  void addsAnEarlierOtherToTheRest() {
    assertEquals(
        Map.of("a", 2L, "other", 7L), Largest.of(Map.of("a", 2L, "b", 1L, "other", 6L), 1, 9));
  }

  @Test
  void hasNoOtherWithoutARest() {
    assertEquals(Map.of("a", 2L), Largest.of(Map.of("a", 2L, "b", 0L), 5, 2));
    assertEquals(Map.of(), Largest.of(Map.of(), 5, 0));
  }

  @Test
  void saturates() {
    assertEquals(
        Map.of("a", Long.MAX_VALUE, "b", Long.MAX_VALUE),
        Largest.of(Map.of("a", Long.MAX_VALUE, "b", Long.MAX_VALUE), 2, Long.MAX_VALUE));
  }
}
