package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.ManualTime;
import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.FakeKernel;
import io.dropprobe.agent.kernel.Preflight;
import io.dropprobe.agent.platform.DirectoryHandleTest;
import io.dropprobe.api.v1alpha1.ModuleState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Builder, cache and kernel together, each pass by hand. */
class ModuleKeeperTest {
  @TempDir Path dir;
  private final ManualTime time = new ManualTime();
  private final FakeKernel kernel = new FakeKernel(time);
  private BuilderSide builder;
  private ModuleKeeper keeper;

  @BeforeEach
  void start() {
    builder = new BuilderSide(dir.resolve("build"));
    restart();
  }

  private void restart() {
    keeper =
        ModuleKeeper.of(
            kernel, dir.resolve("state"), dir.resolve("build"), time, Duration.ofMinutes(10));
  }

  private ModuleOutcome pass() {
    return keeper.pass(true, kernel.module(), Holders.NONE, () -> {});
  }

  private ModuleOutcome built() {
    pass();
    builder.answers();
    return pass();
  }

  @Test
  void waitsForTheBuilderAsksItAndLoadsWhatItAnswers() {
    assertEquals("waiting for the container kmod-builder to start", pass().note());
    builder.starts("s1");
    ModuleOutcome building = pass();
    assertEquals(ModuleState.Building, building.state());
    assertEquals("building for 6.12.1-test", building.note());
    builder.answers();
    assertTrue(
        builder.requests.get(0).contains("release=6.12.1-test\ndeadline=1767226200\n"),
        builder.requests.get(0));

    ModuleOutcome loaded = pass();

    assertEquals(ModuleState.Loaded, loaded.state());
    assertTrue(loaded.usable());
    assertEquals("AAAA", kernel.srcversion());
    assertEquals(6, loaded.origin().buildSeconds());
    assertEquals("/lib/modules/6.12.1-test/build", loaded.origin().headers());
    assertEquals(List.of(), builder.list("requests"));
    assertEquals(List.of(), builder.list("answers"));
  }

  @Test
  void aRestartTakesTheModuleFromTheCacheAndLeavesTheLoadedOneAlone() {
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
  void aFileThatHasChangedOnTheDiskIsBuiltAgain() throws IOException {
    builder.starts("s1");
    Path file = built().origin().file();
    kernel.reboot();
    Files.write(file, TestModule.of("EEEE"));
    restart();
    assertEquals(ModuleState.Building, pass().state());
    builder.answers();
    pass();
    assertEquals("AAAA", kernel.srcversion());
  }

  @Test
  void anotherSourceReplacesTheModuleAfterItsProbesAreOut() {
    builder.starts("s1");
    built();
    builder.srcversion = "BBBB";
    builder.starts("s2");
    StringBuilder order = new StringBuilder();
    ModuleKeeper.Quiesce quiesce = () -> order.append("quiesced ").append(kernel.srcversion());
    assertEquals(
        ModuleState.Loaded, keeper.pass(true, kernel.module(), Holders.NONE, quiesce).state());
    assertEquals("", order.toString());
    builder.answers();
    keeper.pass(true, kernel.module(), Holders.NONE, quiesce);
    assertEquals("quiesced AAAA", order.toString());
    assertEquals("BBBB", kernel.srcversion());
  }

  @Test
  void aModuleThatAnotherNodeHoldsIsNeitherReplacedNorUnloaded() {
    builder.starts("s1");
    built();
    builder.srcversion = "BBBB";
    builder.starts("s2");
    pass();
    builder.answers();
    Holders other = new Holders(List.of("worker-2"), false);

    ModuleOutcome kept = keeper.pass(true, kernel.module(), other, () -> {});
    assertEquals(ModuleState.Loaded, kept.state());
    assertNull(kept.problem());
    assertTrue(kept.usable());
    ModuleOutcome left = keeper.pass(false, kernel.module(), other, () -> {});
    assertEquals(ModuleState.Absent, left.state());
    assertEquals("AAAA", kernel.srcversion());
  }

  @Test
  void aPersonsProbeHoldsTheModuleAndIsNamed() {
    builder.starts("s1");
    built();
    kernel.manualActive = true;
    ModuleOutcome held =
        keeper.pass(false, kernel.module(), new Holders(List.of(), true), () -> {});
    assertEquals("ModuleHeld", held.problem().reason());
    assertTrue(held.problem().message().contains("echo deactivate"), held.problem().message());
    kernel.manualActive = false;
    assertEquals(
        ModuleState.Absent, keeper.pass(false, kernel.module(), Holders.NONE, () -> {}).state());
    assertNull(kernel.srcversion());
  }

  @Test
  void aRefusedUnloadIsTriedAgain() {
    builder.starts("s1");
    built();
    kernel.manualActive = true;
    assertEquals(
        ModuleState.Loaded, keeper.pass(false, kernel.module(), Holders.NONE, () -> {}).state());
    kernel.manualActive = false;
    time.pass(Duration.ofSeconds(2));
    assertEquals(
        ModuleState.Absent, keeper.pass(false, kernel.module(), Holders.NONE, () -> {}).state());
  }

  @ParameterizedTest
  @CsvSource({
    "headers-not-found, HeadersFound, HeadersNotFound, Unsupported",
    "toolchain, HeadersFound, ToolchainMissing, Unsupported",
    "failed, ModuleBuilt, BuildFailed, Failed",
    "deadline, ModuleBuilt, BuildTimedOut, Failed",
    "invalid, ModuleBuilt, BuildFailed, Failed",
    "what-is-this, ModuleBuilt, BuildFailed, Failed",
  })
  void anAnswerWithoutModuleIsAProblemWithTheBuildersMessage(
      String result, String condition, String reason, ModuleState state) {
    builder.starts("s1");
    builder.result = result;
    builder.message = "install linux-headers-6.12.1-test";
    ModuleOutcome o = built();
    assertEquals(state, o.state());
    assertEquals(condition, o.problem().condition());
    assertEquals(reason, o.problem().reason());
    assertTrue(o.problem().message().startsWith("install linux-headers-6.12.1-test"));
  }

  @Test
  void missingHeadersAreLookedForAgainAndFoundOnceTheyAreThere() {
    builder.starts("s1");
    builder.result = "headers-not-found";
    built();
    builder.result = "ok";
    // Not at once, and the problem stays on show while it is tried again.
    assertEquals(List.of(), builder.pending());
    assertEquals(ModuleState.Unsupported, pass().state());
    assertEquals(List.of(), builder.pending());
    time.pass(Duration.ofSeconds(6));
    assertEquals(ModuleState.Unsupported, pass().state());
    builder.answers();
    assertEquals(ModuleState.Loaded, pass().state());
  }

  @Test
  void retriesBecomeRarerUpToAMinute() {
    builder.starts("s1");
    builder.result = "headers-not-found";
    for (int i = 0; i < 600; i++) {
      pass();
      builder.answers();
      time.pass(Duration.ofSeconds(1));
    }
    int n = builder.requests.size();
    assertTrue(n >= 10 && n <= 16, n + " requests in ten minutes");
  }

  @Test
  void aNewBuilderIsAskedAtOnce() {
    builder.starts("s1");
    builder.result = "failed";
    built();
    builder.result = "ok";
    builder.starts("s2");
    assertEquals(ModuleState.Loaded, built().state());
  }

  @Test
  void aBuilderThatDoesNotAnswerIsGivenUpAndAskedAgainLater() {
    builder.starts("s1");
    pass();
    time.pass(Duration.ofSeconds(631));
    ModuleOutcome o = pass();
    assertEquals("BuildTimedOut", o.problem().reason());
    assertEquals(List.of(), builder.pending());
    time.pass(Duration.ofSeconds(16));
    pass();
    assertEquals(1, builder.pending().size());
  }

  @Test
  void aModuleThatIsNotWhatTheAnswerSaysIsNotTaken() {
    builder.starts("s1");
    pass();
    builder.answers();
    builder.damageAnswer();
    ModuleOutcome o = pass();
    assertEquals("BuildFailed", o.problem().reason());
    assertTrue(o.problem().message().contains("sha256"), o.problem().message());
    assertNull(kernel.srcversion());
  }

  @Test
  void aProblemThatIsNotWorkedOnHasNoTime() {
    builder.starts("s1");
    builder.result = "failed";
    built();
    assertTrue(keeper.dueAt() < Long.MAX_VALUE, "tried again");
    keeper.pass(false, kernel.module(), Holders.NONE, () -> {});
    assertEquals(Long.MAX_VALUE, keeper.dueAt(), "nobody wants it");
    pass();
    kernel.preflight = new Preflight(true, true, null, null, true, false);
    time.pass(Duration.ofSeconds(60));
    pass();
    assertEquals(Long.MAX_VALUE, keeper.dueAt(), "this kernel takes none");
  }

  @Test
  void aLoadThatFailedIsForgottenWithTheWish() {
    builder.starts("s1");
    kernel.loadErrors.add(Errno.ENOMEM);
    built();
    assertTrue(keeper.dueAt() > time.millis() && keeper.dueAt() < Long.MAX_VALUE);
    kernel.preflight = new Preflight(true, true, null, null, true, false);
    pass();
    time.pass(Duration.ofSeconds(60));
    pass();
    builder.starts("s2");
    keeper.pass(true, kernel.module(), Holders.NONE, () -> {});
    assertEquals(Long.MAX_VALUE, keeper.dueAt());
  }

  @Test
  void anUnloadThatFailedHasNoTimeWhileAPersonHoldsTheModule() {
    builder.starts("s1");
    built();
    kernel.manualActive = true;
    keeper.pass(false, kernel.module(), Holders.NONE, () -> {});
    assertTrue(keeper.dueAt() > time.millis() && keeper.dueAt() < Long.MAX_VALUE);
    time.pass(Duration.ofSeconds(60));
    keeper.pass(false, kernel.module(), new Holders(List.of(), true), () -> {});
    assertEquals(Long.MAX_VALUE, keeper.dueAt());
  }

  @Test
  void aModuleTooLargeForTheHeapIsNotRead() {
    builder.starts("s1");
    pass();
    builder.answers();
    builder.enlargeAnswer(5 * 1024 * 1024);
    ModuleOutcome o = pass();
    assertEquals("BuildFailed", o.problem().reason());
    assertTrue(o.problem().message().contains("is larger than"), o.problem().message());
  }

  @Test
  void refusesModuleThatIsNotDropProbes() {
    builder.starts("s1");
    Map<String, String> info = TestModule.info("AAAA");
    info.put("name", "rootkit");
    builder.module = TestModule.elf(info, List.of("tracepoint_probe_register"));
    ModuleOutcome o = built();
    assertEquals(ModuleState.Failed, o.state());
    assertEquals("ModuleRefused", o.problem().reason());
    assertTrue(
        o.problem()
            .message()
            .startsWith(
                "the file dropprobe.ko that the container kmod-builder made for 6.12.1-test is not"
                    + " loaded: its name is 'rootkit', and must be 'dropprobe'; "),
        o.problem().message());
    assertEquals(0, kernel.loads);
    assertEquals(List.of(), builder.list("answers"));
  }

  /** The bytes that the kernel gets are the bytes that were checked, whatever the file is then. */
  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void loadsWhatWasChecked() throws IOException {
    builder.starts("s1");
    Path file = built().origin().file();
    assertArrayEquals(Files.readAllBytes(file), kernel.image);
    kernel.reboot();
    Files.delete(file);
    DirectoryHandleTest.fifo(file);
    restart();
    assertEquals(ModuleState.Building, pass().state());
    assertEquals(1, kernel.loads);
  }

  @Test
  void aBuildNobodyWantsAnyMoreIsWithdrawn() {
    builder.starts("s1");
    pass();
    keeper.pass(false, kernel.module(), Holders.NONE, () -> {});
    assertEquals(List.of(), builder.pending());
  }

  @Test
  void aModuleThatStillDoesNotFitIsBuiltAgainLater() {
    builder.starts("s1");
    kernel.loadErrors.addAll(List.of(Errno.ENOEXEC, Errno.ENOEXEC, Errno.ENOEXEC));
    built();
    builder.answers();
    assertEquals(ModuleState.Failed, pass().state());
    // The headers may have been put right in between.
    time.pass(Duration.ofSeconds(16));
    assertEquals(ModuleState.Building, pass().state());
    builder.answers();
    assertEquals(ModuleState.Loaded, pass().state());
    assertEquals(3, builder.requests.size());
  }

  @Test
  void aModuleThatDoesNotFitIsBuiltAgainOnceAtOnce() {
    builder.starts("s1");
    kernel.loadErrors.addAll(List.of(Errno.ENOEXEC, Errno.ENOEXEC));
    assertEquals(ModuleState.Building, built().state());
    builder.answers();
    ModuleOutcome o = pass();
    assertEquals(ModuleState.Failed, o.state());
    assertEquals("LoadFailed", o.problem().reason());
    assertEquals(2, builder.requests.size());
    // And once more, after a pause, without building.
    assertEquals(ModuleState.Failed, pass().state());
    time.pass(Duration.ofSeconds(6));
    assertEquals(ModuleState.Loaded, pass().state());
    assertEquals(2, builder.requests.size());
  }

  @ParameterizedTest
  @CsvSource({
    "EKEYREJECTED, Unsupported, SignatureEnforced",
    "ENOKEY, Unsupported, SignatureEnforced",
    "EPERM, Failed, LoadFailed",
    "ENOMEM, Failed, LoadFailed",
    "EEXIST, Failed, LoadFailed",
    "ENOENT, Unsupported, TracepointMissing",
    "EBUSY, Building, ",
  })
  void aRefusedLoadSaysWhatItMeans(Errno errno, ModuleState state, String reason) {
    builder.starts("s1");
    kernel.loadErrors.add(errno);
    ModuleOutcome o = built();
    assertEquals(state, o.state());
    assertEquals(reason, o.problem() == null ? null : o.problem().reason());
  }

  @Test
  void notPermittedIsToldApartByState() {
    builder.starts("s1");
    kernel.loadErrors.add(Errno.EPERM);
    kernel.preflight = new Preflight(true, false, null, null, false, false);
    assertTrue(built().problem().message().contains("lacks CAP_SYS_MODULE"));
    kernel.loadErrors.add(Errno.EPERM);
    kernel.preflight = new Preflight(true, false, null, null, true, true);
    time.pass(Duration.ofSeconds(6));
    assertTrue(pass().problem().message().contains("module_blacklist"));
  }

  static Stream<Object[]> preflights() {
    return Stream.of(
        new Object[] {new Preflight(true, true, null, null, true, false), "ModulesDisabled"},
        new Object[] {new Preflight(false, false, null, null, true, false), "ModulesNotConfigured"},
        new Object[] {new Preflight(true, false, "integrity", null, true, false), "KernelLockdown"},
        new Object[] {new Preflight(true, false, "none", true, true, false), "SignatureEnforced"});
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("preflights")
  void whatTheKernelWouldRefuseIsNotTried(Preflight preflight, String reason) {
    builder.starts("s1");
    kernel.preflight = preflight;
    ModuleOutcome o = pass();
    assertEquals(ModuleState.Unsupported, o.state());
    assertEquals(reason, o.problem().reason());
    assertEquals(List.of(), builder.pending());
    assertEquals(0, kernel.loads);
  }

  @Test
  void theThreeNewestAreKept() throws IOException {
    for (String source : List.of("s1", "s2", "s3", "s4", "s5")) {
      builder.starts(source);
      built();
    }
    try (Stream<Path> kept = Files.list(dir.resolve("state/modules"))) {
      assertEquals(3, kept.count());
    }
    restart();
    assertEquals(ModuleState.Loaded, pass().state());
    assertEquals(5, builder.requests.size());
  }

  @Test
  void aLongBuildLogIsCutToItsEnd() {
    builder.starts("s1");
    builder.result = "failed";
    builder.message = "drop.c:12: error: no such thing";
    builder.log = "x".repeat(5000) + "LAST";
    String message = built().problem().message();
    assertTrue(message.startsWith("drop.c:12: error: no such thing\n"), message);
    assertTrue(message.endsWith("LAST"), message);
    assertTrue(message.length() <= 1024, message.length() + " characters");
  }
}
