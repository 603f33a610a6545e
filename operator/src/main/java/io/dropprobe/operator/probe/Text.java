package io.dropprobe.operator.probe;

import java.util.List;

/** Words of messages. */
final class Text {
  private static final int SOME = 5;

  private Text() {}

  /** The first few of a list of names, and how many more: {@code a, b and 3 more}. */
  static String some(List<String> names) {
    if (names.size() <= SOME) {
      return String.join(", ", names);
    }
    return String.join(", ", names.subList(0, SOME)) + " and " + (names.size() - SOME) + " more";
  }
}
