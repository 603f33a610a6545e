// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.TestPreflight;
import io.dropprobe.agent.platform.CapturedLog;
import io.dropprobe.agent.report.ConditionLog;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that cannot have the module, and modules that disappear. */
class FailureTest extends NodeTestCase {
  @Test
  void missingHeadersMakeNodeUnsupportedAndNamePackage() {
    node.builder.result = "headers-not-found";
    String missing = "/lib/modules/6.12.1-test/build is missing; install linux-headers-6.12.1-test";
    node.builder.message = missing;
    applied("a", "u1");
    assertEquals(ModuleState.Unsupported, node.api.last().module.state);
    assertEquals("True/Supported", node.condition("KernelSupported"));
    assertEquals("False/HeadersNotFound", node.condition("HeadersFound"));
    assertEquals("Unknown/NotReached", node.condition("ModuleBuilt"));
    assertEquals("Unknown/NotReached", node.condition("ModuleLoaded"));
    assertEquals("Unknown/NotReached", node.condition("ProbesActive"));
    assertEquals(ProbeState.Failed, a().state);
    assertEquals(missing + "; the agent looks again by itself, about once a minute", a().message);
    assertEquals(1, a().observedGeneration);
    assertNull(a().refused);
    assertNull(node.api.last().activeProbes);

    int writes = node.api.reports.size();
    node.run(Duration.ofMinutes(4));
    assertTrue(node.api.reports.size() - writes <= 1, "quiet while nothing changes");
    node.builder.result = "ok";
    node.run(Duration.ofSeconds(70));
    assertEquals(ProbeState.Active, node.state("a"));
  }

  @Test
  void logsMissingHeadersOnceAndThatTheyAreFound() {
    node.builder.result = "headers-not-found";
    try (CapturedLog log = new CapturedLog(ConditionLog.class)) {
      applied("a", "u1");
      assertEquals(1, count("WARNING condition HeadersFound is False (HeadersNotFound)", log));
      node.run(Duration.ofMinutes(4));
      assertEquals(List.of(), log.take());
      node.builder.result = "ok";
      node.run(Duration.ofSeconds(70));
      assertEquals(1, count("INFO condition HeadersFound is True (HeadersPresent)", log));
    }
  }

  private static long count(String start, CapturedLog log) {
    return log.take().stream().filter(l -> l.startsWith(start)).count();
  }

  @Test
  void moduleThatIsNotNeededCausesNoExtraPasses() {
    node.builder.result = "headers-not-found";
    applied("a", "u1");
    node.api.probes.clear();
    node.run(Duration.ofMinutes(3));
    assertEquals(ModuleState.Absent, node.api.last().module.state);
    assertTrue(node.passesIn(Duration.ofMinutes(1)) <= 8, "no pass without need");
  }

  @Test
  void disabledModulesAreReportedWithoutLoadAttempt() {
    kernel.preflight = TestPreflight.modulesDisabled();
    applied("a", "u1");
    assertEquals("False/ModulesDisabled", node.condition("KernelSupported"));
    assertEquals(ModuleState.Unsupported, node.api.last().module.state);
    assertEquals(0, kernel.loads);
  }

  @Test
  void moduleBuildIsNotReportedAsProblem() {
    node.api.probes.add(TestProbe.probe("a", "u1"));
    node.pass();
    assertEquals(ModuleState.Building, node.api.last().module.state);
    assertNull(a().state);
    assertNull(a().observedGeneration);
    assertTrue(
        node.api.last().conditions.stream().noneMatch(c -> c.getStatus().equals("False")),
        node.api.last().conditions.toString());
    assertEquals("Unknown/Building", node.condition("ModuleBuilt"));
  }

  @Test
  void refusedMemoryIsReportedWithLimitThatModuleWasLoadedWith() {
    applied("a", "u1");
    kernel.commandErrors.put("activate", Errno.ENOMEM);
    node.api.probes.add(TestProbe.probe("b", "u2"));
    node.pass();
    ProbeReport b = node.now().probes.get(1);
    assertEquals(ProbeState.Failed, b.state);
    assertEquals("NoMemory", b.reason);
    assertTrue(b.message.contains("memory limit of 64 MiB; "), b.message);
  }

  @Test
  void manualProbeKeepsModuleLoaded() {
    applied("a", "u1");
    kernel.manualActive = true;
    node.api.probes.clear();
    node.pass();
    node.settle();
    assertEquals(ModuleState.Loaded, node.api.last().module.state);
    assertEquals("False/ModuleHeld", node.condition("ModuleLoaded"));
    assertEquals(List.of(), kernel.summary());
    kernel.manualActive = false;
    node.run(Duration.ofSeconds(15));
    assertEquals(ModuleState.Absent, node.api.last().module.state);
  }

  @Test
  void reloadsModuleThatWasUnloadedByHand() {
    applied("a", "u1");
    kernel.drop("NO_SOCKET", 7);
    node.report();
    kernel.reboot();
    node.run(Duration.ofSeconds(15));
    assertEquals(List.of("a(active) worker-1"), kernel.summary());
    assertEquals(7, a().refused);
  }
}
