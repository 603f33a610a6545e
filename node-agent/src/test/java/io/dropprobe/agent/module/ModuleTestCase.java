// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.ManualTime;
import io.dropprobe.agent.kernel.FakeKernel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A module keeper with builder, cache and kernel, of which a test makes each pass. */
abstract class ModuleTestCase {
  /** MiB. */
  static final int MEMORY_LIMIT = 48;

  @TempDir Path dir;
  final ManualTime time = new ManualTime();
  final FakeKernel kernel = new FakeKernel(time);
  BuilderSide builder;
  ModuleKeeper keeper;

  @BeforeEach
  void start() {
    builder = new BuilderSide(dir.resolve("build"));
    restart();
  }

  void restart() {
    keeper =
        ModuleKeeper.of(
            kernel,
            dir.resolve("state"),
            dir.resolve("build"),
            time,
            Duration.ofMinutes(10),
            MEMORY_LIMIT);
  }

  ModuleOutcome pass() {
    return keeper.pass(true, kernel.module(), ModuleUsers.NONE, () -> {});
  }

  ModuleOutcome built() {
    pass();
    builder.answers();
    return pass();
  }
}
