// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import java.util.List;

/** Lists of names in messages. */
final class NameList {
  private static final int SHOWN = 5;

  private NameList() {}

  /** The first few names, and how many more there are: {@code a, b and 3 more}. */
  static String shorten(List<String> names) {
    if (names.size() <= SHOWN) {
      return String.join(", ", names);
    }
    return String.join(", ", names.subList(0, SHOWN)) + " and " + (names.size() - SHOWN) + " more";
  }
}
