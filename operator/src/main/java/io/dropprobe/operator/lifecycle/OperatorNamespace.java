package io.dropprobe.operator.lifecycle;

/**
 * Where operator, agents and settings live.
 *
 * @param name not null
 */
public record OperatorNamespace(String name) {}
