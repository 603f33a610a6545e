package io.dropprobe.agent.module;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The smallest file that has a section .modinfo. */
public final class TestModule {
  private TestModule() {}

  /** A module with a source version, in capital hexadecimal digits. */
  public static byte[] of(String srcversion) {
    return elf("version=0.1.0\0srcversion=" + srcversion + "\0name=dropprobe\0");
  }

  static byte[] elf(String modinfo) {
    byte[] names = "\0.modinfo\0.shstrtab\0".getBytes(StandardCharsets.US_ASCII);
    byte[] info = modinfo.getBytes(StandardCharsets.US_ASCII);
    int table = 64 + names.length + info.length;
    ByteBuffer b = ByteBuffer.allocate(table + 3 * 64).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(0, 0x464c457f).put(4, (byte) 2).put(5, (byte) 1);
    b.putLong(0x28, table).putShort(0x3c, (short) 3).putShort(0x3e, (short) 2);
    b.position(64);
    b.put(names).put(info);
    section(b, table + 64, 1, 64 + names.length, info.length);
    section(b, table + 128, 10, 64, names.length);
    return b.array();
  }

  private static void section(ByteBuffer b, int header, int name, long offset, long size) {
    b.putInt(header, name).putLong(header + 0x18, offset).putLong(header + 0x20, size);
  }
}
