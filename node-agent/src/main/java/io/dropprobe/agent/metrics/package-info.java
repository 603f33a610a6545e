/** The agent's HTTP endpoints: health, and counts for Prometheus. */
package io.dropprobe.agent.metrics;
