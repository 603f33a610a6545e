// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static io.dropprobe.api.schema.Conditions.Node.MODULE_LOADED;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_STUCK;

import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.v1alpha1.ModuleState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Detects a load or unload that does not return. */
final class Stuck {
  /** A call that takes longer hangs: a good one takes milliseconds. */
  static final Duration AFTER = Duration.ofMinutes(1);

  private final Time time;

  /** When the module was first observed in transition; null means that it was not. */
  private @Nullable Instant between;

  private long betweenMillis;

  Stuck(Time time) {
    this.time = time;
  }

  /**
   * The outcome of a pass while one of the agent's own calls has not returned.
   *
   * @param desired whether a probe of this node needs the module
   */
  ModuleOutcome during(ModuleCalls.Running call, boolean desired) {
    boolean load = call.kind() == ModuleCalls.Kind.LOAD;
    String what =
        "%s has not returned since %s: the module is still being %s"
            .formatted(call.kind().syscall, seconds(call.since()), call.kind().done);
    boolean late = call.millis() >= AFTER.toMillis();
    NodeProblem problem = late ? problem(what) : null;
    ModuleState unloading = late && desired ? ModuleState.Failed : ModuleState.Loaded;
    ModuleState state =
        load && !late ? ModuleState.Building : load ? ModuleState.Failed : unloading;
    return new ModuleOutcome(state, problem, what, call.target(), false);
  }

  /**
   * The problem that another process, for example this agent's predecessor, hangs in a call; empty
   * if none does.
   */
  Optional<NodeProblem> between(ObservedModule observed) {
    if (!(observed instanceof ObservedModule.Transient t)) {
      between = null;
      return Optional.empty();
    }
    if (between == null) {
      between = time.wall();
      betweenMillis = time.millis();
    }
    return time.millis() - betweenMillis < AFTER.toMillis()
        ? Optional.empty()
        : Optional.of(
            problem(
                "the kernel has had the module in state '%s' since %s: another process is loading or unloading it"
                    .formatted(t.initstate(), seconds(between))));
  }

  private static String seconds(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static NodeProblem problem(String what) {
    return new NodeProblem(
        MODULE_LOADED,
        MODULE_STUCK,
        what
            + ". No probe counts on this node until the call returns, and nothing can interrupt it;"
            + " while it waits for a network namespace, no new pod can start either."
            + " dmesg on the node may say what it waits for. If it does not return, reboot the node",
        false);
  }
}
