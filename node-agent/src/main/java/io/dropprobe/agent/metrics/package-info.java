/** The agent's HTTP endpoints: health, and counts for Prometheus. */
@NullMarked
package io.dropprobe.agent.metrics;

import org.jspecify.annotations.NullMarked;
