// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Lets one pass at a time run for a DropProbe. The framework does so for a name, but not if an
 * object is created again: the late end of a pass for the first one counts as the end of a pass for
 * the second. Two passes at a time would not see what the other one writes.
 */
final class Passes {
  /** By uid, whether another pass was refused. */
  private final Map<String, Boolean> running = new ConcurrentHashMap<>();

  /**
   * Runs a pass, unless one runs.
   *
   * @param soon when to try again if one runs, or has refused another meanwhile
   * @param pass returns the time until the next pass
   * @return time until the next pass
   */
  Duration run(String uid, Duration soon, Supplier<Duration> pass) {
    if (!begin(uid)) {
      return soon;
    }
    boolean missed;
    Duration next;
    try {
      next = pass.get();
    } finally {
      missed = end(uid);
    }
    return missed ? soon : next;
  }

  /** Whether a pass may run; if so, {@link #end} must follow. */
  boolean begin(String uid) {
    return !running.merge(uid, false, (before, now) -> true);
  }

  /** Returns whether another pass was refused meanwhile, so that one must follow soon. */
  boolean end(String uid) {
    return Boolean.TRUE.equals(running.remove(uid));
  }
}
