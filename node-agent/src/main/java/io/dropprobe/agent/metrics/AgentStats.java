// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.metrics;

/** Counters of the agent itself since it started. */
public record AgentStats(
    String version, long passes, long failedPasses, long writes, long failedWrites) {}
