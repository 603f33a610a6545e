/** One reading of everything in the kernel that a pass decides by, as a value. */
package io.dropprobe.agent.observe;
