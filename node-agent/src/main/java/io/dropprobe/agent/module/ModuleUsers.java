// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.util.List;
import java.util.Optional;

/**
 * Users of the module besides this node's agent. No agent unloads or replaces it while another
 * node's lease has not expired or the manual probe counts.
 *
 * @param owners other nodes that own a probe and whose lease has not expired, sorted
 * @param manual whether the probe {@code _manual} counts
 */
public record ModuleUsers(List<String> owners, boolean manual) {
  /** No other user. */
  public static final ModuleUsers NONE = new ModuleUsers(List.of(), false);

  /**
   * Finds the users besides a node.
   *
   * @param observed the module in the kernel
   * @param probes all probes in the kernel
   */
  public static ModuleUsers of(ObservedModule observed, List<ProbeSnapshot> probes, String node) {
    List<String> owners =
        probes.stream()
            .filter(p -> p.leasedByAnother(node))
            .map(ProbeSnapshot::owner)
            .distinct()
            .sorted()
            .toList();
    return new ModuleUsers(
        owners, observed instanceof ObservedModule.Live live && live.manualActive());
  }

  /** Who uses the module, for people to read; empty if there is no other user. */
  public Optional<String> reason() {
    if (!owners.isEmpty()) {
      return Optional.of(
          "in use by node " + String.join(", ", owners) + ", which shares this kernel");
    }
    return manual
        ? Optional.of(
            "in use by the manual probe (_manual); to end it, run on the node: echo deactivate >"
                + " /proc/mooc/net/drop-packet")
        : Optional.empty();
  }
}
