// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.ManualTime;
import io.dropprobe.agent.kernel.FakeKernel;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.trial.Canaries;
import io.dropprobe.agent.trial.HookNeeds;
import io.dropprobe.agent.trial.Trials;
import io.dropprobe.api.trial.Hook;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A module keeper with builder, cache and kernel, of which a test makes each pass. */
abstract class ModuleTestCase {
  /** MiB. */
  static final int MEMORY_LIMIT = 48;

  static final Duration SOAK = Duration.ofMinutes(1);
  static final Duration RETRY = Duration.ofMinutes(10);

  @TempDir Path dir;
  final ManualTime time = new ManualTime();
  final FakeKernel kernel = new FakeKernel(time);
  BuilderSide builder;
  Trials trials;
  ModuleKeeper keeper;
  Canaries canaries = Canaries.NONE;

  /** The Node's annotation; empty for none. */
  String retry = "";

  @BeforeEach
  void start() {
    builder = new BuilderSide(dir.resolve("build"));
    restart();
  }

  void restart() {
    trials = new Trials(dir.resolve("state/trials"), "worker-1", time, kernel.facts(), SOAK, RETRY);
    keeper =
        ModuleKeeper.of(
            kernel,
            dir.resolve("state"),
            dir.resolve("build"),
            trials,
            time,
            Duration.ofMinutes(10),
            MEMORY_LIMIT);
  }

  ModuleOutcome pass() {
    return pass(true, kernel.module(), ModuleUsers.NONE, () -> {});
  }

  ModuleOutcome pass(boolean desired, ObservedModule observed, ModuleUsers users, Quiesce quiesce) {
    HookNeeds needs = new HookNeeds(Set.of(Hook.DROPS), Set.of(Hook.DROPS));
    trials.look(kernel.module(), !keeper.idle(), Set.of(Hook.DROPS), needs, retry, canaries);
    return keeper.pass(desired, Set.of(Hook.DROPS), observed, users, quiesce);
  }

  /** Passes until this node has survived the module. */
  void survived() {
    pass();
    time.pass(SOAK);
    pass();
  }

  ModuleOutcome built() {
    pass();
    builder.answers();
    return pass();
  }
}
