package io.dropprobe.agent.module;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The section {@code .modinfo} of a module file: {@code key=value} strings, each ended by a zero
 * byte. Layout of 64-bit little-endian ELF from elf(5).
 */
final class ModInfo {
  private static final int MAGIC = 0x464c457f;
  private static final int SECTION_HEADER_SIZE = 64;

  private ModInfo() {}

  /**
   * @param elf the whole file
   * @throws IllegalArgumentException when it is no module
   */
  static Map<String, String> parse(byte[] elf) {
    try {
      ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
      if (file.getInt(0) != MAGIC || file.get(4) != 2 || file.get(5) != 1) {
        throw new IllegalArgumentException("not a 64-bit little-endian ELF file");
      }
      return strings(section(file, ".modinfo"));
    } catch (IndexOutOfBoundsException | BufferUnderflowException | ArithmeticException e) {
      throw new IllegalArgumentException("a cut or damaged ELF file", e);
    }
  }

  private static byte[] section(ByteBuffer file, String wanted) {
    long table = file.getLong(0x28);
    int count = Short.toUnsignedInt(file.getShort(0x3c));
    int names = Short.toUnsignedInt(file.getShort(0x3e));
    byte[] allNames = content(file, table, names);
    for (int i = 0; i < count; i++) {
      int name = file.getInt(Math.toIntExact(table + (long) i * SECTION_HEADER_SIZE));
      if (zeroEnded(allNames, name).equals(wanted)) {
        return content(file, table, i);
      }
    }
    throw new IllegalArgumentException("no section " + wanted + ": not a kernel module");
  }

  private static byte[] content(ByteBuffer file, long table, int index) {
    int header = Math.toIntExact(table + (long) index * SECTION_HEADER_SIZE);
    long offset = file.getLong(header + 0x18);
    long size = file.getLong(header + 0x20);
    if (offset < 0 || size < 0 || size > file.capacity()) {
      throw new IndexOutOfBoundsException();
    }
    byte[] bytes = new byte[Math.toIntExact(size)];
    file.get(Math.toIntExact(offset), bytes);
    return bytes;
  }

  private static Map<String, String> strings(byte[] section) {
    Map<String, String> values = new HashMap<>();
    for (String text : new String(section, StandardCharsets.UTF_8).split("\0")) {
      int eq = text.indexOf('=');
      if (eq > 0) {
        values.putIfAbsent(text.substring(0, eq), text.substring(eq + 1));
      }
    }
    return values;
  }

  private static String zeroEnded(byte[] bytes, int start) {
    int end = start;
    while (bytes[end] != 0) {
      end++;
    }
    return new String(bytes, start, end - start, StandardCharsets.US_ASCII);
  }
}
