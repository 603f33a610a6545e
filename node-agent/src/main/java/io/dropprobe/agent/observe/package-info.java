/** Reads the kernel once, as a value, for everything that a pass decides. */
package io.dropprobe.agent.observe;
