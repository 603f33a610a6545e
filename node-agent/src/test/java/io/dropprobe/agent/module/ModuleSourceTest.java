// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.ModuleState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests to the builder, and its answers. */
class ModuleSourceTest extends ModuleTestCase {
  @Test
  void retriesMissingHeadersAndLoadsOnceInstalled() {
    builder.starts("s1");
    builder.result = "headers-not-found";
    built();
    builder.result = "ok";
    // Not at once; and the problem stays in the report during the retry.
    assertEquals(List.of(), builder.pending());
    assertEquals(ModuleState.Unsupported, pass().state());
    assertEquals(List.of(), builder.pending());
    time.pass(Duration.ofSeconds(6));
    assertEquals(ModuleState.Unsupported, pass().state());
    builder.answers();
    assertEquals(ModuleState.Loaded, pass().state());
  }

  /** The builder compares it with the clock of its machine, which may be wrong. */
  @Test
  void givesBuilderItsDeadlineByTheMachinesClock() {
    builder.starts("s1");
    time.skew(Duration.ofHours(1));
    pass();
    long left = Duration.ofMinutes(10).plusHours(1).toSeconds();
    assertTrue(
        builder
            .request(builder.pending().get(0))
            .contains("deadline=" + (time.wall().getEpochSecond() + left)));
  }

  @Test
  void retriesBackOffToOneMinute() {
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
  void asksNewBuilderAtOnce() {
    builder.starts("s1");
    builder.result = "failed";
    built();
    builder.result = "ok";
    builder.starts("s2");
    assertEquals(ModuleState.Loaded, built().state());
  }

  @Test
  void asksSilentBuilderAgainLater() {
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
  void refusesModuleWithWrongDigest() {
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
  void refusesModuleLargerThanLimit() {
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
                "the agent does not load the file dropprobe.ko that the container kmod-builder made"
                    + " for 6.12.1-test: its name is 'rootkit', but must be 'dropprobe'; "),
        o.problem().message());
    assertEquals(0, kernel.loads);
    assertEquals(List.of(), builder.list("answers"));
  }

  @Test
  void withdrawsRequestThatIsNoLongerNeeded() {
    builder.starts("s1");
    pass();
    pass(false, kernel.module(), ModuleUsers.NONE, () -> {});
    assertEquals(List.of(), builder.pending());
  }
}
