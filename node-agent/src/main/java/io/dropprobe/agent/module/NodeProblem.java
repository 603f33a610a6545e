package io.dropprobe.agent.module;

/**
 * What keeps the module from being as wanted.
 *
 * @param condition the condition that is False for it
 * @param reason CamelCase word, part of the API
 * @param message what happened and what to do
 * @param unsupported true when this node can't have the module, false when something went wrong
 */
public record NodeProblem(String condition, String reason, String message, boolean unsupported) {}
