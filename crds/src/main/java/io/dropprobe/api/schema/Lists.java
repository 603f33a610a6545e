// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of API objects, which are null if they are absent. */
public final class Lists {
  private Lists() {}

  /** The list; an empty one for null. */
  public static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }
}
