// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.trial.TrialKey;
import java.util.Map;
import java.util.Set;

/**
 * What this process has seen of all trials; empty after a start.
 *
 * @param watches by key and name of the node
 * @param retried nodes whose annotation {@code retry-module} has had its trial, by key; it asks for
 *     one more trial, not for one each time
 */
record TrialMemory(Map<TrialKey, Map<String, Watch>> watches, Map<TrialKey, Set<String>> retried) {
  static final TrialMemory EMPTY = new TrialMemory(Map.of(), Map.of());
}
