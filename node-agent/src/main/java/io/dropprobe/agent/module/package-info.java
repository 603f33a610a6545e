/**
 * The kernel module on this node: getting it (builder, cache), deciding what to do with it (a pure
 * table), and doing it.
 */
@NullMarked
package io.dropprobe.agent.module;

import org.jspecify.annotations.NullMarked;
