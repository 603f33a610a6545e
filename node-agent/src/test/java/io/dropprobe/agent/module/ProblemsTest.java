// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.Preflight;
import io.dropprobe.agent.kernel.TestPreflight;
import io.dropprobe.api.v1alpha1.ModuleState;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Condition and reason of each problem that keeps the module out of the kernel. */
class ProblemsTest extends ModuleTestCase {
  @ParameterizedTest
  @CsvSource({
    "headers-not-found, HeadersFound, HeadersNotFound, Unsupported",
    "toolchain, HeadersFound, ToolchainMissing, Unsupported",
    "failed, ModuleBuilt, BuildFailed, Failed",
    "deadline, ModuleBuilt, BuildTimedOut, Failed",
    "invalid, ModuleBuilt, BuildFailed, Failed",
    "what-is-this, ModuleBuilt, BuildFailed, Failed",
  })
  void answerWithoutModuleIsProblemWithBuildersMessage(
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
  void refusedLoadHasReasonOfItsErrno(Errno errno, ModuleState state, String reason) {
    builder.starts("s1");
    kernel.loadErrors.add(errno);
    ModuleOutcome o = built();
    assertEquals(state, o.state());
    assertEquals(reason, o.problem() == null ? null : o.problem().reason());
  }

  @Test
  void explainsEpermByStateOfNode() {
    builder.starts("s1");
    kernel.loadErrors.add(Errno.EPERM);
    kernel.preflight = TestPreflight.withoutCapability();
    assertTrue(built().problem().message().contains("lacks CAP_SYS_MODULE"));
    kernel.loadErrors.add(Errno.EPERM);
    kernel.preflight = TestPreflight.blacklisted();
    time.pass(Duration.ofSeconds(6));
    assertTrue(pass().problem().message().contains("module_blacklist"));
  }

  static Stream<Object[]> preflights() {
    return Stream.of(
        new Object[] {TestPreflight.modulesDisabled(), "ModulesDisabled"},
        new Object[] {TestPreflight.modulesNotConfigured(), "ModulesNotConfigured"},
        new Object[] {TestPreflight.lockdown("integrity"), "KernelLockdown"},
        new Object[] {TestPreflight.signaturesEnforced(), "SignatureEnforced"});
  }

  @ParameterizedTest
  @MethodSource("preflights")
  void doesNotTryWhatKernelWouldRefuse(Preflight preflight, String reason) {
    builder.starts("s1");
    kernel.preflight = preflight;
    ModuleOutcome o = pass();
    assertEquals(ModuleState.Unsupported, o.state());
    assertEquals(reason, o.problem().reason());
    assertEquals(List.of(), builder.pending());
    assertEquals(0, kernel.loads);
  }

  @Test
  void keepsEndOfLongBuildLog() {
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
