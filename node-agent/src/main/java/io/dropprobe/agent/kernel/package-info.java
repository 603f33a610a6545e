/**
 * Access to the running kernel: what the agent reads from {@code /proc} and {@code /sys}, and the
 * system calls by which it acts. Nothing here decides anything.
 */
@NullMarked
package io.dropprobe.agent.kernel;

import org.jspecify.annotations.NullMarked;
