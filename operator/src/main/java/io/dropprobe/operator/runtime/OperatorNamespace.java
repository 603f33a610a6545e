// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

/** The namespace of the operator, the agents and the settings. */
public record OperatorNamespace(String name) {}
