/**
 * The kernel module on this node: where it comes from (builder, cache), what is to be done with it
 * (a pure table), and doing it.
 */
package io.dropprobe.agent.module;
