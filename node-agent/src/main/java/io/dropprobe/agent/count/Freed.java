// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.api.schema.Sums;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Packets of one cause.
 *
 * @param functions packets by the function that freed them, estimated if there were many; may sum
 *     to less
 */
public record Freed(long packets, Map<String, Long> functions) {
  static final Freed NONE = new Freed(0, Map.of());

  /** Most functions that are kept: enough to know which one freed most. */
  private static final int FUNCTIONS = 8;

  private static final Comparator<Map.Entry<String, Long>> ORDER =
      Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey());

  /** Copies. */
  public Freed {
    functions = Map.copyOf(functions);
  }

  Freed plus(long more, @Nullable String function) {
    return plus(new Freed(more, function == null ? Map.of() : Map.of(function, more)));
  }

  Freed plus(Freed o) {
    Map<String, Long> sum = new HashMap<>(functions);
    o.functions.forEach(
        (function, n) -> {
          if (sum.size() >= FUNCTIONS && !sum.containsKey(function)) {
            // The least one makes room, and leaves its packets: one that frees many gets in.
            sum.put(function, Objects.requireNonNull(sum.remove(least(sum))));
          }
          sum.merge(function, n, Sums::sum);
        });
    return new Freed(Sums.sum(packets, o.packets), sum);
  }

  private static String least(Map<String, Long> functions) {
    return Collections.min(functions.entrySet(), ORDER).getKey();
  }

  /** The function that freed most of them; null if none is known. */
  public @Nullable String location() {
    return functions.entrySet().stream().max(ORDER).map(Map.Entry::getKey).orElse(null);
  }
}
