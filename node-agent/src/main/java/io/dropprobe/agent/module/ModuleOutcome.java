package io.dropprobe.agent.module;

import io.dropprobe.api.v1alpha1.ModuleState;

/**
 * Where things stand with the module after one pass.
 *
 * @param problem null when there is none
 * @param note what is being waited for, or what is worth saying beside the state; null for nothing
 * @param origin the file that fits what is loaded or wanted; null when not known
 * @param usable whether probes can be worked with now
 */
public record ModuleOutcome(
    ModuleState state, NodeProblem problem, String note, ModuleFile origin, boolean usable) {}
