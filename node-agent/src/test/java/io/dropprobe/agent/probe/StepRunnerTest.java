// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.ManualTime;
import io.dropprobe.agent.count.Journal;
import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.count.ReasonCatalog;
import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.FakeKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepRunnerTest {
  @TempDir Path dir;

  private final Logger logger = Logger.getLogger(StepRunner.class.getName());
  private final List<String> warnings = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          if (record.getLevel().equals(Level.WARNING)) {
            warnings.add(
                java.text.MessageFormat.format(record.getMessage(), record.getParameters()));
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private final FakeKernel kernel = new FakeKernel(new ManualTime());

  @BeforeEach
  void listen() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    logger.setLevel(Level.WARNING);
  }

  @AfterEach
  void stopListening() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
    logger.setLevel(null);
  }

  @Test
  void logsRefusalOnceUntilItChanges() throws IOException {
    Ledger ledger = new Ledger(new Journal(dir.resolve("journal")), ReasonCatalog.load());
    StepRunner runner = new StepRunner(kernel, ledger, new Owner("worker-1", 600));
    List<Step> steps = List.of(new Step.Activate("a", "u1"));
    for (Errno error : List.of(Errno.ENOSPC, Errno.ENOSPC, Errno.ENOMEM, Errno.ENOMEM)) {
      kernel.commandErrors.put("activate", error);
      assertEquals(1, runner.run(steps, "n1").size());
    }
    assertEquals(2, warnings.size(), warnings::toString);
    assertTrue(
        warnings.get(0).contains("DropProbe a: the module refused a command: activate a uid=u1"),
        warnings::toString);
    assertTrue(warnings.get(0).contains("ENOSPC"), warnings::toString);
    runner.run(List.of(), "n1");
    kernel.commandErrors.put("activate", Errno.ENOMEM);
    runner.run(steps, "n1");
    assertEquals(3, warnings.size(), "after a pass without the refusal it is logged again");
  }
}
