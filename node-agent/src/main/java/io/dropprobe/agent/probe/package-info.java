/** The probes in the kernel: what is wanted, the plan that leads there, and carrying it out. */
package io.dropprobe.agent.probe;
