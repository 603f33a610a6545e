package io.dropprobe.agent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusalsTest {
  private static String message(boolean stages, Match match) {
    DesiredProbe w =
        new DesiredProbe(
            "a", "u1", 1, "s", ProbeState.Active, null, match, stages, Duration.ofSeconds(30));
    return ((Verdict.Failed)
            Refusals.verdict(
                new Step.Add(w, new Options.Result("", null, null)),
                new KernelException("add a", Errno.EINVAL.number)))
        .message();
  }

  @Test
  void whatAnOlderModuleTakesIsNotBlamed() {
    Match m = new Match();
    m.ports = List.of(443);
    assertEquals(
        "spec.match.ports not supported by the loaded module; remove it to count on this node",
        message(false, m));
    assertEquals(
        "spec.stages not supported by the loaded module; remove it to count on this node",
        message(true, m));
  }
}
