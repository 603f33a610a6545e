// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Packets of one cause.
 *
 * @param functions packets by the function that freed them; may sum to less
 */
public record Freed(long packets, Map<String, Long> functions) {
  static final Freed NONE = new Freed(0, Map.of());

  /** Most functions that are kept: enough to know which one freed most. */
  private static final int FUNCTIONS = 8;

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
          if (sum.containsKey(function) || sum.size() < FUNCTIONS) {
            sum.merge(function, n, Long::sum);
          }
        });
    return new Freed(packets + o.packets, sum);
  }

  /** The function that freed most of them; null if none is known. */
  public @Nullable String location() {
    return functions.entrySet().stream()
        .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey)
        .orElse(null);
  }
}
