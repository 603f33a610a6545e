// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleCheckTest {
  private static final List<String> IMPORTS = List.of("tracepoint_probe_register", "kfree");

  private static String complaint(byte[] elf) {
    return ModuleCheck.complaint(elf, TestModule.RELEASE).orElse("none");
  }

  @Test
  void acceptsModuleForRunningKernel() {
    assertEquals("none", complaint(TestModule.of("AB12")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name|other|its name is 'other', but must be 'dropprobe'",
        "license|Proprietary|its license is 'Proprietary', but must be 'GPL'",
        "depends|usbcore|its depends is 'usbcore', but must be empty",
        "srcversion|x y|its srcversion is 'x y', but must be hexadecimal digits",
        "vermagic|6.12.1-tests SMP|its vermagic is '6.12.1-tests SMP', but must be that of the running kernel, '6.12.1-test'"
      })
  void refusesModuleWithWrongModinfo(String key, String value, String complaint) {
    Map<String, String> info = TestModule.info("AB12");
    info.put(key, value);
    assertEquals(complaint, complaint(TestModule.elf(info, IMPORTS)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "license", "srcversion"})
  void refusesModuleWithIncompleteModinfo(String key) {
    Map<String, String> info = TestModule.info("AB12");
    info.remove(key);
    String complaint = complaint(TestModule.elf(info, IMPORTS));
    assertTrue(complaint.startsWith("its " + key + " is absent, but must be"), complaint);
  }

  @Test
  void firstOfTwoLicensesCounts() {
    Map<String, String> info = TestModule.info("AB12");
    info.put("license", "Proprietary\0license=GPL");
    assertTrue(complaint(TestModule.elf(info, IMPORTS)).startsWith("its license is"));
  }

  @Test
  void refusesImportsThatModuleDoesNotUse() {
    assertEquals(
        "it imports 'call_usermodehelper_exec', which DropProbe's module does not use",
        complaint(
            TestModule.elf(
                TestModule.info("AB12"),
                List.of("tracepoint_probe_register", "kfree", "call_usermodehelper_exec"))));
    assertEquals(
        "it does not import 'tracepoint_probe_register', which DropProbe's module needs",
        complaint(TestModule.elf(TestModule.info("AB12"), List.of("kfree"))));
  }

  @Test
  void refusesFileThatIsNotModule() {
    for (byte[] file : List.of("hello".getBytes(), new byte[0], new byte[64])) {
      assertTrue(complaint(file).startsWith("it cannot be parsed: "), complaint(file));
    }
  }

  /** The file comes from another container, so no content may cause an exception. */
  @Test
  void damagedFileCausesNoException() {
    byte[] whole = TestModule.of("AB12");
    for (int i = 0; i < whole.length; i++) {
      for (int value : new int[] {0, 0x7f, 0x80, 0xff}) {
        byte[] damaged = whole.clone();
        damaged[i] = (byte) value;
        complaint(damaged);
      }
      complaint(Arrays.copyOf(whole, i));
    }
  }

  /** A file of 4 MiB in which each symbol's name would extend to its end. */
  @Test
  @Timeout(10)
  void parsesOverlappingNamesQuickly() {
    byte[] large = Arrays.copyOf(TestModule.of("AB12"), BuildAnswer.MODULE_LIMIT);
    ByteBuffer b = ByteBuffer.wrap(large).order(ByteOrder.LITTLE_ENDIAN);
    int table = (int) b.getLong(0x28);
    int begin = table + 5 * 64;
    Arrays.fill(large, begin, large.length, (byte) 1);
    for (int i = begin + 6; i < large.length - 1; i += 24) {
      b.putShort(i, (short) 0);
    }
    for (int section : new int[] {192, 256}) {
      b.putLong(table + section + 0x18, begin)
          .putLong(table + section + 0x20, large.length - begin);
    }
    assertTrue(complaint(large).startsWith("it cannot be parsed: "), complaint(large));
  }

  @Test
  void readsStringsOfModinfo() {
    assertEquals(
        Optional.of("AB12"), Optional.of(ModInfo.parse(TestModule.of("AB12")).get("srcversion")));
  }
}
