// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/**
 * A module file: 64-bit little-endian ELF, see elf(5). It comes from the builder, which the agent
 * does not trust: for any content, each method ends soon and returns or throws
 * IllegalArgumentException.
 */
final class ElfFile {
  private static final int MAGIC = 0x464c457f;
  private static final int SECTION_HEADER_SIZE = 64;
  private static final int SYMBOL_SIZE = 24;
  private static final int SYMBOL_TABLE = 2;

  /** The kernel's own limit is 512 bytes, KSYM_NAME_LEN. */
  private static final int NAME_LIMIT = 512;

  /** The module imports about a hundred symbols. */
  private static final int IMPORTS_LIMIT = 2000;

  private final ByteBuffer file;
  private final long table;
  private final int sections;

  /**
   * Reads the header.
   *
   * @param bytes the whole file
   * @throws IllegalArgumentException if it is not a 64-bit little-endian ELF file
   */
  ElfFile(byte[] bytes) {
    file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 64 || file.getInt(0) != MAGIC || file.get(4) != 2 || file.get(5) != 1) {
      throw new IllegalArgumentException("not a 64-bit little-endian ELF file");
    }
    table = file.getLong(0x28);
    sections = Short.toUnsignedInt(file.getShort(0x3c));
  }

  /**
   * Returns the content of the first section with a name.
   *
   * @param limit maximum size in bytes
   * @throws IllegalArgumentException if there is none, it is larger, or the file is damaged
   */
  byte[] section(String name, int limit) {
    return checked(
        () -> {
          int names = Short.toUnsignedInt(file.getShort(0x3e));
          for (int i = 0; i < sections; i++) {
            if (string(names, file.getInt(header(i))).equals(name)) {
              return content(i, limit);
            }
          }
          throw new IllegalArgumentException("no section " + name + ": not a kernel module");
        });
  }

  /**
   * Returns the names of the undefined symbols, which the kernel or another module must provide.
   *
   * @throws IllegalArgumentException if there is no symbol table, or the file is damaged
   */
  Set<String> imports() {
    return checked(
        () -> {
          for (int i = 0; i < sections; i++) {
            if (file.getInt(header(i) + 4) == SYMBOL_TABLE) {
              return undefined(i);
            }
          }
          throw new IllegalArgumentException("no symbol table: not a kernel module");
        });
  }

  private Set<String> undefined(int symbols) {
    Set<String> names = new TreeSet<>();
    int start = start(symbols);
    int strings = file.getInt(header(symbols) + 0x28);
    for (int i = 0; i < size(symbols) / SYMBOL_SIZE; i++) {
      int symbol = start + i * SYMBOL_SIZE;
      boolean undefined = file.getShort(symbol + 6) == 0;
      if (undefined && file.getInt(symbol) != 0) {
        names.add(string(strings, file.getInt(symbol)));
      }
      if (names.size() > IMPORTS_LIMIT) {
        throw new IllegalArgumentException("more than " + IMPORTS_LIMIT + " imported symbols");
      }
    }
    return names;
  }

  private interface Read<T> {
    T read();
  }

  private static <T> T checked(Read<T> read) {
    try {
      return read.read();
    } catch (IndexOutOfBoundsException | BufferUnderflowException | ArithmeticException e) {
      throw new IllegalArgumentException("the ELF file is truncated or damaged", e);
    }
  }

  private int header(int section) {
    if (section < 0 || section >= sections) {
      throw new IndexOutOfBoundsException(section);
    }
    return Math.toIntExact(Math.addExact(table, (long) section * SECTION_HEADER_SIZE));
  }

  private int start(int section) {
    return Math.toIntExact(file.getLong(header(section) + 0x18));
  }

  /** The size in bytes, checked to lie within the file. */
  private int size(int section) {
    long size = file.getLong(header(section) + 0x20);
    if (start(section) < 0 || size < 0 || size > file.capacity() - start(section)) {
      throw new IndexOutOfBoundsException();
    }
    return (int) size;
  }

  private byte[] content(int section, int limit) {
    byte[] bytes = new byte[size(section)];
    if (bytes.length > limit) {
      throw new IllegalArgumentException("a section has more than " + limit + " bytes");
    }
    file.get(start(section), bytes);
    return bytes;
  }

  /** The zero-terminated string at an offset in a section. */
  private String string(int section, int offset) {
    if (offset < 0 || offset >= size(section)) {
      throw new IndexOutOfBoundsException(offset);
    }
    int begin = start(section) + offset;
    int room = Math.min(NAME_LIMIT, size(section) - offset);
    for (int length = 0; length < room; length++) {
      if (file.get(begin + length) == 0) {
        return new String(file.array(), begin, length, StandardCharsets.US_ASCII);
      }
    }
    throw new IllegalArgumentException(
        "a symbol or section name has more than " + NAME_LIMIT + " bytes");
  }
}
