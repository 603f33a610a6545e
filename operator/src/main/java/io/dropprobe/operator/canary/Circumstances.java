// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.settings.Settings;
import java.time.Instant;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * What a pass over all trials has in common.
 *
 * @param nodes by name
 * @param seen milliseconds, see {@code ClusterCache.seen}: a node is not silent while the operator
 *     sees nothing
 * @param wall time of day
 * @param spreadSeconds over how long the nodes spread their loads after a proof
 */
record Circumstances(
    Map<String, ClusterNode> nodes,
    Settings settings,
    long seen,
    Instant wall,
    IntSupplier spreadSeconds) {}
