// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.platform.DirectoryHandleTest;
import io.dropprobe.api.v1alpha1.ModuleState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Modules on the node's disk. */
class ModuleCacheTest extends ModuleTestCase {
  @Test
  void restartTakesModuleFromCacheAndKeepsLoadedOne() {
    builder.starts("s1");
    built();
    restart();
    assertEquals(ModuleState.Loaded, pass().state());
    assertEquals(1, kernel.loads);
    kernel.reboot();
    assertEquals(ModuleState.Loaded, pass().state());
    assertEquals(2, kernel.loads);
    assertEquals(1, builder.requests.size());
  }

  @Test
  void rebuildsFileThatChangedOnDisk() throws IOException {
    builder.starts("s1");
    Path file = built().origin().file();
    survived();
    kernel.reboot();
    Files.write(file, TestModule.of("EEEE"));
    restart();
    assertEquals(ModuleState.Building, pass().state());
    builder.answers();
    pass();
    assertEquals("AAAA", kernel.srcversion());
  }

  /** The kernel gets the bytes that were checked, whatever happens to the file. */
  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void loadsBytesThatWereChecked() throws IOException {
    builder.starts("s1");
    Path file = built().origin().file();
    assertArrayEquals(Files.readAllBytes(file), kernel.image);
    survived();
    kernel.reboot();
    Files.delete(file);
    DirectoryHandleTest.fifo(file);
    restart();
    assertEquals(ModuleState.Building, pass().state());
    assertEquals(1, kernel.loads);
  }

  @Test
  void keepsThreeNewestModules() throws IOException {
    for (String source : List.of("s1", "s2", "s3", "s4", "s5")) {
      builder.starts(source);
      built();
    }
    try (Stream<Path> kept = Files.list(dir.resolve("state/modules"))) {
      long count = kept.count();
      assertTrue(count == 3 || count == 4, count + " with the one that is on trial");
    }
    restart();
    assertEquals(ModuleState.Loaded, pass().state());
    assertEquals(5, builder.requests.size());
  }
}
