// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.agent.module.ModuleFile;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.fabric8.kubernetes.api.model.Condition;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionListTest {
  private static Condition loaded(ModuleOutcome outcome) {
    return ConditionList.of(null, Instant.EPOCH, outcome, false, true, List.of(), List.of()).get(3);
  }

  @Test
  void moduleThatOtherProcessLoadsIsNotLoadedYet() {
    ModuleFile file =
        new ModuleFile("k", Path.of("m.ko"), "s", "AAAA", "b", "0.1.0", "/h", "gcc", 6L);
    Condition c =
        loaded(
            new ModuleOutcome(
                ModuleState.Building, null, "another process is loading the module", file, false));
    assertEquals("Unknown/NotReached", c.getStatus() + "/" + c.getReason());
    assertEquals("another process is loading the module", c.getMessage());
  }
}
