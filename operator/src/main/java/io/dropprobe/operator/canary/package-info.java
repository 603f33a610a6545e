/**
 * Which nodes may load a module that is not proven for their kernel yet. One node at a time lives
 * with it first, so that a bad module harms one node and not the cluster.
 */
@NullMarked
package io.dropprobe.operator.canary;

import org.jspecify.annotations.NullMarked;
