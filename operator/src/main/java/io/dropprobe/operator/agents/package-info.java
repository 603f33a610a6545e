/**
 * Places the agents: the DaemonSet and its pods, the nodes they run on, and which reports are
 * deleted.
 */
@NullMarked
package io.dropprobe.operator.agents;

import org.jspecify.annotations.NullMarked;
