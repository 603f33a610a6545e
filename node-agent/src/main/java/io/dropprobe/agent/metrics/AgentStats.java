package io.dropprobe.agent.metrics;

/** Counts of the agent's own doing since it started. */
public record AgentStats(
    String version, long passes, long failedPasses, long writes, long failedWrites) {}
