/** Reads the kernel once, as a value, for everything that a pass decides. */
@NullMarked
package io.dropprobe.agent.observe;

import org.jspecify.annotations.NullMarked;
