// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Constants by name, where another version may have written the name. An exception would make one
 * object with a name of a newer version the end of every list that it is in.
 */
public final class Enums {
  private Enums() {}

  /** The constant of that name; null if this version has none. */
  public static <E extends Enum<E>> @Nullable E find(Class<E> type, @Nullable String name) {
    return Arrays.stream(type.getEnumConstants())
        .filter(e -> e.name().equals(name))
        .findFirst()
        .orElse(null);
  }
}
