// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.agent.count.Counts;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.util.Map;

/**
 * What a pass has found.
 *
 * @param report written or not
 * @param counts of the probes that this node counts, by name; complete, unlike the report's lists
 */
public record Latest(DropProbeNodeStatus report, Map<String, Counts> counts) {}
