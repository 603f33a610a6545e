// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.kernel.TestPreflight;
import io.dropprobe.api.v1alpha1.ModuleState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Loading, replacing and unloading the module. */
class ModuleKeeperTest extends ModuleTestCase {
  @Test
  void buildsAndLoadsModule() {
    assertEquals("waiting for the container kmod-builder to start", pass().note());
    builder.starts("s1");
    ModuleOutcome building = pass();
    assertEquals(ModuleState.Building, building.state());
    assertEquals("building the module for 6.12.1-test", building.note());
    builder.answers();
    assertTrue(
        builder.requests.get(0).contains("release=6.12.1-test\ndeadline=1767226200\n"),
        builder.requests.get(0));

    ModuleOutcome loaded = pass();

    assertEquals(ModuleState.Loaded, loaded.state());
    assertTrue(loaded.usable());
    assertEquals("AAAA", kernel.srcversion());
    assertEquals(MEMORY_LIMIT, kernel.memoryLimit);
    assertEquals(6, loaded.origin().buildSeconds());
    assertEquals("/lib/modules/6.12.1-test/build", loaded.origin().headers());
    assertEquals(List.of(), builder.list("requests"));
    assertEquals(List.of(), builder.list("answers"));
  }

  @Test
  void replacesModuleAfterRemovingItsProbes() {
    builder.starts("s1");
    built();
    builder.srcversion = "BBBB";
    builder.starts("s2");
    StringBuilder order = new StringBuilder();
    Quiesce quiesce = () -> order.append("quiesced ").append(kernel.srcversion());
    assertEquals(
        ModuleState.Loaded, pass(true, kernel.module(), ModuleUsers.NONE, quiesce).state());
    assertEquals("", order.toString());
    builder.answers();
    pass(true, kernel.module(), ModuleUsers.NONE, quiesce);
    assertEquals("quiesced AAAA", order.toString());
    assertEquals("BBBB", kernel.srcversion());
  }

  @Test
  void keepsModuleThatAnotherNodeUses() {
    builder.starts("s1");
    built();
    builder.srcversion = "BBBB";
    builder.starts("s2");
    pass();
    builder.answers();
    ModuleUsers other = new ModuleUsers(List.of("worker-2"), false);

    ModuleOutcome kept = pass(true, kernel.module(), other, () -> {});
    assertEquals(ModuleState.Loaded, kept.state());
    assertNull(kept.problem());
    assertTrue(kept.usable());
    ModuleOutcome left = pass(false, kernel.module(), other, () -> {});
    assertEquals(ModuleState.Absent, left.state());
    assertEquals("AAAA", kernel.srcversion());
  }

  @Test
  void keepsModuleWhileManualProbeCounts() {
    builder.starts("s1");
    built();
    kernel.manualActive = true;
    ModuleOutcome held = pass(false, kernel.module(), new ModuleUsers(List.of(), true), () -> {});
    assertEquals("ModuleHeld", held.problem().reason());
    assertTrue(held.problem().message().contains("echo deactivate"), held.problem().message());
    kernel.manualActive = false;
    assertEquals(
        ModuleState.Absent, pass(false, kernel.module(), ModuleUsers.NONE, () -> {}).state());
    assertNull(kernel.srcversion());
  }

  @Test
  void retriesRefusedUnload() {
    builder.starts("s1");
    built();
    kernel.manualActive = true;
    assertEquals(
        ModuleState.Loaded, pass(false, kernel.module(), ModuleUsers.NONE, () -> {}).state());
    kernel.manualActive = false;
    time.pass(Duration.ofSeconds(2));
    assertEquals(
        ModuleState.Absent, pass(false, kernel.module(), ModuleUsers.NONE, () -> {}).state());
  }

  @Test
  void problemThatCannotBeSolvedNowNeedsNoPass() {
    builder.starts("s1");
    builder.result = "failed";
    built();
    assertTrue(keeper.dueAt() < Long.MAX_VALUE, "tried again");
    pass(false, kernel.module(), ModuleUsers.NONE, () -> {});
    assertEquals(Long.MAX_VALUE, keeper.dueAt(), "no probe needs it");
    pass();
    kernel.preflight = TestPreflight.modulesDisabled();
    time.pass(Duration.ofSeconds(60));
    pass();
    assertEquals(Long.MAX_VALUE, keeper.dueAt(), "this kernel takes none");
  }

  @Test
  void failedLoadNeedsNoPassOnceModuleIsNotLoadable() {
    builder.starts("s1");
    kernel.loadErrors.add(Errno.ENOMEM);
    built();
    assertTrue(keeper.dueAt() > time.millis() && keeper.dueAt() < Long.MAX_VALUE);
    kernel.preflight = TestPreflight.modulesDisabled();
    pass();
    time.pass(Duration.ofSeconds(60));
    pass();
    builder.starts("s2");
    pass(true, kernel.module(), ModuleUsers.NONE, () -> {});
    assertEquals(Long.MAX_VALUE, keeper.dueAt());
  }

  @Test
  void failedUnloadNeedsNoPassWhileManualProbeCounts() {
    builder.starts("s1");
    built();
    kernel.manualActive = true;
    pass(false, kernel.module(), ModuleUsers.NONE, () -> {});
    assertTrue(keeper.dueAt() > time.millis() && keeper.dueAt() < Long.MAX_VALUE);
    time.pass(Duration.ofSeconds(60));
    pass(false, kernel.module(), new ModuleUsers(List.of(), true), () -> {});
    assertEquals(Long.MAX_VALUE, keeper.dueAt());
  }

  @Test
  void rebuildsModuleThatKernelStillRefuses() {
    builder.starts("s1");
    kernel.loadErrors.addAll(List.of(Errno.ENOEXEC, Errno.ENOEXEC, Errno.ENOEXEC));
    built();
    builder.answers();
    assertEquals(ModuleState.Failed, pass().state());
    // Somebody may have installed the right headers in between.
    time.pass(Duration.ofSeconds(16));
    assertEquals(ModuleState.Building, pass().state());
    builder.answers();
    assertEquals(ModuleState.Loaded, pass().state());
    assertEquals(3, builder.requests.size());
  }

  @Test
  void rebuildsModuleThatKernelRefusesOnceAtOnce() {
    builder.starts("s1");
    kernel.loadErrors.addAll(List.of(Errno.ENOEXEC, Errno.ENOEXEC));
    assertEquals(ModuleState.Building, built().state());
    builder.answers();
    ModuleOutcome o = pass();
    assertEquals(ModuleState.Failed, o.state());
    assertEquals("LoadFailed", o.problem().reason());
    assertEquals(2, builder.requests.size());
    // And it is loaded again after a pause, without a rebuild.
    assertEquals(ModuleState.Failed, pass().state());
    time.pass(Duration.ofSeconds(6));
    assertEquals(ModuleState.Loaded, pass().state());
    assertEquals(2, builder.requests.size());
  }

  /** Another node of a shared kernel has loaded it while this agent read a damaged file. */
  @Test
  void secondLookMakesObservationStale() throws IOException {
    builder.starts("s1");
    built();
    kernel.reboot();
    pass();
    kernel.reboot();
    try (Stream<Path> files = Files.walk(dir.resolve("state"))) {
      for (Path file : files.filter(f -> f.endsWith("dropprobe.ko")).toList()) {
        Files.writeString(file, "damaged");
      }
    }
    kernel.loaded("AAAA");
    ModuleOutcome outcome = pass(true, new ObservedModule.Absent(), ModuleUsers.NONE, () -> {});
    assertTrue(outcome.usable(), outcome.toString());
    assertTrue(keeper.acted());
  }
}
