package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ModInfoTest {
  @Test
  void readsTheStringsOfTheSection() {
    assertEquals("AB12", ModInfo.parse(TestModule.of("AB12")).get("srcversion"));
  }

  @Test
  void refusesWhatIsNoModule() {
    assertThrows(IllegalArgumentException.class, () -> ModInfo.parse("hello".getBytes()));
    assertThrows(IllegalArgumentException.class, () -> ModInfo.parse(new byte[0]));
  }

  /** Never another exception, whatever is cut or changed: the file comes from another container. */
  @Test
  void aDamagedFileIsRefusedOrRead() {
    byte[] whole = TestModule.of("AB12");
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] = (byte) 0xff;
      readOrRefuse(damaged);
      readOrRefuse(Arrays.copyOf(whole, i));
    }
  }

  private static void readOrRefuse(byte[] file) {
    try {
      ModInfo.parse(file);
    } catch (IllegalArgumentException e) {
      // As announced.
    }
  }
}
