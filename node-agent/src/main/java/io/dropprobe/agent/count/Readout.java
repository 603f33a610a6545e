// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.catalog.CounterRule;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
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
    ProbeSnapshot probe,
    Map<Key, PacketCounters> sums,
    @Nullable Netstat netstat,
    Interfaces interfaces,
    Instant at) {

  static Readout of(
      ProbeSnapshot probe, @Nullable Netstat netstat, Interfaces interfaces, Instant at) {
    return new Readout(probe, Reading.sums(probe, interfaces), netstat, interfaces, at);
  }

  /**
   * The counters by which packets can be judged: none where the module misses some, since one that
   * has not grown would prove nothing.
   *
   * @param otherwise those of the passes before, if this one has not read them
   */
  Set<String> counters(Set<String> otherwise) {
    if (netstat == null) {
      return otherwise;
    }
    return netstat.whole() ? netstat.names() : Set.of();
  }

  /** The packets of a rule's counter. */
  long packets(CounterRule rule) {
    if (netstat == null) {
      return 0;
    }
    return rule.kinds().isEmpty()
        ? netstat.packets(rule.counter())
        : netstat.packets(rule.counter(), rule.kinds(), interfaces);
  }
}
