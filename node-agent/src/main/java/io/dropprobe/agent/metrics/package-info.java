/** What the agent says over HTTP: its health, and the counts for Prometheus. */
package io.dropprobe.agent.metrics;
