// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

/**
 * A problem that keeps the module from its desired state.
 *
 * @param condition the condition that it makes False
 * @param reason the condition's reason, part of the API
 * @param message what happened and what to do
 * @param unsupported true if this node cannot have the module, false if something failed
 */
public record NodeProblem(String condition, String reason, String message, boolean unsupported) {}
