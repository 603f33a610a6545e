// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The section {@code .modinfo} of a module file: zero-terminated {@code key=value} strings. */
final class ModInfo {
  /** Largest section in bytes; the module's has half a KiB. */
  private static final int LIMIT = 64 * 1024;

  private ModInfo() {}

  /**
   * Parses the section. The first value of a key counts, as in the kernel.
   *
   * @param elf the whole file
   * @throws IllegalArgumentException if the file is not a kernel module
   */
  static Map<String, String> parse(byte[] elf) {
    byte[] section = new ElfFile(elf).section(".modinfo", LIMIT);
    Map<String, String> values = new HashMap<>();
    for (String text : new String(section, StandardCharsets.UTF_8).split("\0")) {
      int eq = text.indexOf('=');
      if (eq > 0) {
        values.putIfAbsent(text.substring(0, eq), text.substring(eq + 1));
      }
    }
    return values;
  }
}
