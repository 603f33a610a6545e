// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.trial;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the module attaches to the kernel while a probe counts. Loading it attaches none of them.
 */
public enum Hook {
  /** The tracepoints of freed packets. Every active probe needs them. */
  DROPS,
  /** The functions of the network path. A probe with {@code stages: Enabled} needs them. */
  STAGES;

  private static final String NONE = "load";

  /**
   * The hooks that an active probe needs.
   *
   * @param stages whether it counts at the stages
   */
  public static Set<Hook> of(boolean stages) {
    return stages ? EnumSet.allOf(Hook.class) : EnumSet.of(DROPS);
  }

  /** Hooks as text: {@code load} for none of them, otherwise like {@code drops,stages}. */
  public static String format(Set<Hook> hooks) {
    return hooks.isEmpty()
        ? NONE
        : hooks.stream().sorted().map(Hook::text).collect(Collectors.joining(","));
  }

  /**
   * Hooks from text.
   *
   * @return empty if this version does not know one of them
   */
  public static Optional<Set<Hook>> parse(@Nullable String text) {
    if (NONE.equals(text)) {
      return Optional.of(Set.of());
    }
    if (text == null) {
      return Optional.empty();
    }
    Set<Hook> hooks = EnumSet.noneOf(Hook.class);
    for (String word : text.split(",", -1)) {
      Optional<Hook> hook = Arrays.stream(values()).filter(h -> h.text().equals(word)).findFirst();
      if (hook.isEmpty()) {
        return Optional.empty();
      }
      hooks.add(hook.get());
    }
    return Optional.of(hooks);
  }

  private String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
