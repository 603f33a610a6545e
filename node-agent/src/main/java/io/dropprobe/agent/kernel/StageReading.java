package io.dropprobe.agent.kernel;

/**
 * Packets at one stage of the path, as the kernel has them.
 *
 * @param name of the stage
 * @param via how it is hooked: {@code tracepoint}, {@code ftrace}, {@code kprobe}, or {@code none}
 *     when this kernel offers no way
 * @param symbol what is hooked; null for nothing
 * @param packets null when it never was hooked
 * @param segments packets on the wire; null when not known
 * @param missed hits that the kernel could not deliver; null when it never was hooked
 */
public record StageReading(
    String name, String via, String symbol, Long packets, Long segments, Long missed) {

  static StageReading of(ProcRecord r) {
    return new StageReading(
        r.text("name"),
        r.text("via"),
        r.has("symbol") && !r.text("symbol").equals("-") ? r.text("symbol") : null,
        optional(r, "packets"),
        optional(r, "segments"),
        optional(r, "missed"));
  }

  private static Long optional(ProcRecord r, String key) {
    return r.has(key) ? Long.valueOf(r.number(key)) : null;
  }
}
