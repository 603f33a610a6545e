// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.api.v1alpha1.ModuleState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * State of the module after one pass.
 *
 * @param problem null means none
 * @param note what the agent waits for, or other information about the state; null means nothing
 * @param origin the file in the cache that is loaded or should be; null means unknown
 * @param usable whether the module takes commands for probes now
 */
public record ModuleOutcome(
    ModuleState state,
    @Nullable NodeProblem problem,
    @Nullable String note,
    @Nullable ModuleFile origin,
    boolean usable) {
  /** The file that a loaded module was loaded from; empty if that is not known. */
  public Optional<ModuleFile> originOf(ObservedModule.Live live) {
    return Optional.ofNullable(origin).filter(o -> o.srcversion().equals(live.srcversion()));
  }
}
