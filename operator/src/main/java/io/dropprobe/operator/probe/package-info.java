/**
 * Reconciles DropProbes: sums the reports of the nodes into the status, and blocks the deletion
 * until no kernel has the probe.
 */
@NullMarked
package io.dropprobe.operator.probe;

import org.jspecify.annotations.NullMarked;
