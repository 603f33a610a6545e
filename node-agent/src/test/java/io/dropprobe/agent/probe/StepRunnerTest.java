// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.ManualTime;
import io.dropprobe.agent.count.Journal;
import io.dropprobe.agent.count.Judge;
import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.FakeKernel;
import io.dropprobe.agent.platform.CapturedLog;
import io.dropprobe.api.catalog.Catalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepRunnerTest {
  @TempDir Path dir;

  private final CapturedLog log = new CapturedLog(StepRunner.class);
  private final FakeKernel kernel = new FakeKernel(new ManualTime());

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void logsRefusalOnceUntilItChanges() throws IOException {
    Ledger ledger =
        new Ledger(new Journal(dir.resolve("journal")), names -> Judge.of(Catalog.load(), names));
    StepRunner runner = new StepRunner(kernel, ledger, new Owner("worker-1", 600));
    List<Step> steps = List.of(new Step.Activate("a", "u1"));
    for (Errno error : List.of(Errno.ENOSPC, Errno.ENOSPC, Errno.ENOMEM, Errno.ENOMEM)) {
      kernel.commandErrors.put("activate", error);
      assertEquals(1, runner.run(steps, "n1", kernel.module()).size());
    }
    List<String> warnings = log.take();
    assertEquals(2, warnings.size(), warnings::toString);
    assertTrue(
        warnings
            .get(0)
            .startsWith("WARNING DropProbe a: the module refused a command: activate a uid=u1"),
        warnings::toString);
    assertTrue(warnings.get(0).contains("ENOSPC"), warnings::toString);
    runner.run(List.of(), "n1", kernel.module());
    kernel.commandErrors.put("activate", Errno.ENOMEM);
    runner.run(steps, "n1", kernel.module());
    assertEquals(1, log.take().size(), "after a pass without the refusal it is logged again");
  }
}
