/** The agent of one node: brings the kernel to the state that the API asks for, in one loop. */
@NullMarked
package io.dropprobe.agent;

import org.jspecify.annotations.NullMarked;
