// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Lets one pass at a time run for a DropProbe. The framework does so for a name, but not if an
 * object is created again: the late end of a pass for the first one counts as the end of a pass for
 * the second. Two passes at a time would not see what the other one writes.
 */
final class Passes {
  /** By uid, whether another pass was refused. */
  private final Map<String, Boolean> running = new ConcurrentHashMap<>();

  /** Whether a pass may run; if so, {@link #end} must follow. */
  boolean begin(String uid) {
    return !running.merge(uid, false, (before, now) -> true);
  }

  /** Returns whether another pass was refused meanwhile, so that one must follow soon. */
  boolean end(String uid) {
    return Boolean.TRUE.equals(running.remove(uid));
  }
}
