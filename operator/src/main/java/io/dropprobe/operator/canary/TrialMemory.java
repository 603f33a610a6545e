// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.trial.TrialKey;
import java.util.Map;

/**
 * What this process has seen of all trials; empty after a start.
 *
 * @param watches by key and name of the node
 */
record TrialMemory(Map<TrialKey, Map<String, Watch>> watches) {
  static final TrialMemory EMPTY = new TrialMemory(Map.of());
}
