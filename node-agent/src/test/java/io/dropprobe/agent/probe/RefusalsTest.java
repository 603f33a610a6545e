// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static final DesiredProbe PROBE =
      new DesiredProbe(
          "a", "u1", 1, "s", ProbeState.Active, null, new Match(), false, Duration.ofSeconds(30));

  private static Verdict verdict(Step step, Errno errno) {
    return Refusals.verdict(step, new KernelException("add a netns=1,2,3", errno.number));
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
  void ownersConflictIsTriedAgain() {
    assertTrue(verdict(add(), Errno.EBUSY) instanceof Verdict.Pending);
    assertTrue(verdict(add(), Errno.EEXIST) instanceof Verdict.Pending);
  }
}
