/** The probes in the kernel: their desired state, the steps that lead to it, and taking them. */
@NullMarked
package io.dropprobe.agent.probe;

import org.jspecify.annotations.NullMarked;
