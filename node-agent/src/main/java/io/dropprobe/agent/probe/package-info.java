/** The probes in the kernel: their desired state, the steps that lead to it, and taking them. */
package io.dropprobe.agent.probe;
