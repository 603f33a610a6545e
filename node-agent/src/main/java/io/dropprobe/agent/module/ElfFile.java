package io.dropprobe.agent.module;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/**
 * A module file: 64-bit little-endian ELF as in elf(5). The file comes from the builder, which is
 * not trusted: whatever is in it, each method ends soon, and either answers or throws
 * IllegalArgumentException.
 */
final class ElfFile {
  private static final int MAGIC = 0x464c457f;
  private static final int SECTION_HEADER_SIZE = 64;
  private static final int SYMBOL_SIZE = 24;
  private static final int SYMBOL_TABLE = 2;

  /** The kernel's own limit is 512 bytes, KSYM_NAME_LEN. */
  private static final int NAME_LIMIT = 512;

  /** The module has about a hundred. */
  private static final int IMPORTS_LIMIT = 2000;

  private final ByteBuffer file;
  private final long table;
  private final int sections;

  /**
   * @param bytes the whole file
   * @throws IllegalArgumentException when it is no such file
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
   * The content of the first section of a name.
   *
   * @param limit most bytes that it may have
   * @throws IllegalArgumentException when there is none, it is larger, or the file is damaged
   */
  byte[] section(String name, int limit) {
    return total(
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
   * The names of the symbols that the kernel or another module has to provide.
   *
   * @throws IllegalArgumentException when there is no symbol table, or the file is damaged
   */
  Set<String> imports() {
    return total(
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

  private interface Reading<T> {
    T read();
  }

  private static <T> T total(Reading<T> reading) {
    try {
      return reading.read();
    } catch (IndexOutOfBoundsException | BufferUnderflowException | ArithmeticException e) {
      throw new IllegalArgumentException("a cut or damaged ELF file", e);
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

  /** In bytes; start and size together lie within the file. */
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
      throw new IllegalArgumentException("a section of more than " + limit + " bytes");
    }
    file.get(start(section), bytes);
    return bytes;
  }

  /** The string that begins at an offset in a section and ends with a zero byte. */
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
    throw new IllegalArgumentException("a name of more than " + NAME_LIMIT + " bytes");
  }
}
