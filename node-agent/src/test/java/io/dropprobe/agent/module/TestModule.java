// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The smallest file that the agent accepts: a section .modinfo and a symbol table. */
public final class TestModule {
  /** Release of the fake kernel. */
  static final String RELEASE = "6.12.1-test";

  private TestModule() {}

  /** A module with a source version in upper-case hexadecimal digits. */
  public static byte[] of(String srcversion) {
    return elf(info(srcversion), List.of("tracepoint_probe_register", "kfree"));
  }

  /** The .modinfo of a good module. */
  static Map<String, String> info(String srcversion) {
    Map<String, String> info = new LinkedHashMap<>();
    info.put("license", "GPL");
    info.put("version", "0.1.0");
    info.put("srcversion", srcversion);
    info.put("depends", "");
    info.put("name", "dropprobe");
    info.put("vermagic", RELEASE + " SMP preempt mod_unload modversions ");
    return info;
  }

  /** A module with these strings in .modinfo and these undefined symbols. */
  static byte[] elf(Map<String, String> modinfo, List<String> imports) {
    byte[] names = ascii("\0.modinfo\0.shstrtab\0.symtab\0.strtab\0");
    byte[] info =
        ascii(
            modinfo.entrySet().stream()
                .map(e -> e.getKey() + "=" + e.getValue() + "\0")
                .collect(Collectors.joining()));
    byte[] strings = ascii("\0init_module\0" + String.join("\0", imports) + "\0");
    // The first symbol is always empty; the second one is defined.
    int symbols = (2 + imports.size()) * 24;
    int start = 64 + names.length + info.length;
    int table = start + symbols + strings.length;
    ByteBuffer b = ByteBuffer.allocate(table + 5 * 64).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1);
    b.putLong(0x28, table).putShort(0x3c, (short) 5).putShort(0x3e, (short) 2);
    b.position(64);
    b.put(names).put(info);
    b.putInt(start + 24, 1).putShort(start + 24 + 6, (short) 1);
    int name = 1 + "init_module\0".length();
    for (int i = 0; i < imports.size(); i++) {
      b.putInt(start + (2 + i) * 24, name);
      name += imports.get(i).length() + 1;
    }
    b.position(start + symbols);
    b.put(strings);
    section(b, table + 64, 1, 64 + names.length, info.length);
    section(b, table + 128, 10, 64, names.length);
    section(b, table + 192, 20, start, symbols);
    b.putInt(table + 192 + 4, 2).putInt(table + 192 + 0x28, 4);
    section(b, table + 256, 28, start + symbols, strings.length);
    return b.array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void section(ByteBuffer b, int header, int name, long offset, long size) {
    b.putInt(header, name).putLong(header + 0x18, offset).putLong(header + 0x20, size);
  }
}
