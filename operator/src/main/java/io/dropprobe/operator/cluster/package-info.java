/**
 * The operator's view of the cluster: informers, the pruned objects that they keep, and snapshots.
 */
@NullMarked
package io.dropprobe.operator.cluster;

import org.jspecify.annotations.NullMarked;
