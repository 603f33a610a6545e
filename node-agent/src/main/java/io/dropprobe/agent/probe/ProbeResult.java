package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ProbeSnapshot;

/**
 * A wanted probe after a pass.
 *
 * @param there as it is in the kernel, if it is there and this node's; else null
 */
public record ProbeResult(WantedProbe wanted, Verdict verdict, ProbeSnapshot there) {}
