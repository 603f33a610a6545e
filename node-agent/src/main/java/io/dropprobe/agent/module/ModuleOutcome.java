// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.api.v1alpha1.ModuleState;

/**
 * State of the module after one pass.
 *
 * @param problem null if there is none
 * @param note what the agent waits for, or other information about the state; null for none
 * @param origin the file in the cache that is loaded or should be; null if not known
 * @param usable whether the module takes commands for probes now
 */
public record ModuleOutcome(
    ModuleState state, NodeProblem problem, String note, ModuleFile origin, boolean usable) {}
