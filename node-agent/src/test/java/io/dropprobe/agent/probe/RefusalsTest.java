// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static final DesiredProbe PROBE =
      new DesiredProbe(
          "a",
          "u1",
          1,
          Instant.EPOCH,
          "s",
          ProbeState.Active,
          null,
          new Match(),
          false,
          Duration.ofSeconds(30));

  private static Verdict verdict(Step step, Errno errno) {
    return verdict(step, errno, 32L);
  }

  private static Verdict verdict(Step step, Errno errno, Long memoryLimit) {
    return Refusals.verdict(
        step,
        new KernelException("add a netns=1,2,3", errno.number),
        new ObservedModule.Live("0.1.0", "A", 0, memoryLimit, 1, true, false));
  }

  private static Step add() {
    return new Step.Add(PROBE, new Options.Result("", null, null));
  }

  @Test
  void invalidAddNamesMatchAndStages() {
    Verdict.Failed failed = (Verdict.Failed) verdict(add(), Errno.EINVAL);
    assertEquals("MatchNotSupported", failed.reason());
    assertEquals(
        "the loaded module does not support a part of spec.match or spec.stages (EINVAL); wait until"
            + " the module is replaced, or remove that part",
        failed.message());
  }

  @Test
  void noMemoryNamesLimitOfLoadedModuleAndHowToRaiseIt() {
    Step activate = new Step.Activate("a", "u1");
    Verdict.Failed failed = (Verdict.Failed) verdict(activate, Errno.ENOMEM, 64L);
    assertEquals("NoMemory", failed.reason());
    assertEquals(
        "the counters would exceed the module's memory limit of 64 MiB; delete other probes on this"
            + " node, or raise moduleMemoryLimit in the settings (kubectl -n dropprobe-system edit"
            + " configmap dropprobe); it takes effect when the module is next loaded",
        failed.message());
    Verdict.Failed unknown = (Verdict.Failed) verdict(activate, Errno.ENOMEM, null);
    assertTrue(
        unknown.message().startsWith("the counters would exceed the module's memory limit; "),
        unknown.message());
  }

  @Test
  void ownersConflictIsTriedAgain() {
    assertTrue(verdict(add(), Errno.EBUSY) instanceof Verdict.Pending);
    assertTrue(verdict(add(), Errno.EEXIST) instanceof Verdict.Pending);
  }
}
