// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one pass has read of a probe.
 *
 * @param sums its frees, by what they are judged by
 * @param netstat the kernel's own counters, read after the frees; null means that this pass did not
 *     read them
 * @param at when it was read
 */
record Readout(
    ProbeSnapshot probe, Map<Key, PacketCounters> sums, @Nullable Netstat netstat, Instant at) {

  static Readout of(
      ProbeSnapshot probe, @Nullable Netstat netstat, Interfaces interfaces, Instant at) {
    return new Readout(probe, Reading.sums(probe, interfaces), netstat, at);
  }
}
