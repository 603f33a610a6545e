// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import org.jspecify.annotations.Nullable;

/**
 * Counters of one stage of the packet's path.
 *
 * @param name name of the stage
 * @param via hook type: {@code tracepoint}, {@code ftrace}, {@code kprobe}, or {@code none} if this
 *     kernel offers no hook
 * @param symbol the hooked symbol; null means none
 * @param packets null means that the stage was never hooked
 * @param segments packets on the wire; null means unknown
 * @param missed hits that the kernel could not deliver; null means that the stage was never hooked
 */
public record StageReading(
    String name,
    String via,
    @Nullable String symbol,
    @Nullable Long packets,
    @Nullable Long segments,
    @Nullable Long missed) {

  static StageReading of(ProcRecord r) {
    return new StageReading(
        r.text("name"),
        r.text("via"),
        r.textOrNull("symbol"),
        optional(r, "packets"),
        optional(r, "segments"),
        optional(r, "missed"));
  }

  private static @Nullable Long optional(ProcRecord r, String key) {
    return r.has(key) ? Long.valueOf(r.number(key)) : null;
  }
}
