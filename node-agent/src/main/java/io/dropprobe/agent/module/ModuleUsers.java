package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.util.List;
import java.util.Optional;

/**
 * Who besides this agent has a say in the module: nobody unloads or replaces it while another
 * owner's lease lives, or while a person counts with it.
 *
 * @param owners other nodes whose lease lives, sorted
 * @param manual whether the probe {@code _manual} counts
 */
public record ModuleUsers(List<String> owners, boolean manual) {
  /** Nobody. */
  public static final ModuleUsers NONE = new ModuleUsers(List.of(), false);

  /**
   * The users besides a node.
   *
   * @param observed the module in the kernel
   * @param probes in the kernel
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

  /** What to tell; empty when there is nobody. */
  public Optional<String> reason() {
    if (!owners.isEmpty()) {
      return Optional.of(
          "held by " + String.join(", ", owners) + ", which shares this kernel and counts with it");
    }
    return manual
        ? Optional.of(
            "held by the probe _manual; end it on the node with: echo deactivate >"
                + " /proc/mooc/net/drop-packet")
        : Optional.empty();
  }
}
