package io.dropprobe.agent.module;

import io.dropprobe.agent.kernel.ModuleSight;
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
public record Holders(List<String> owners, boolean manual) {
  /** Nobody. */
  public static final Holders NONE = new Holders(List.of(), false);

  /**
   * The users besides a node.
   *
   * @param observed the module in the kernel
   * @param probes in the kernel
   */
  public static Holders of(ModuleSight observed, List<ProbeSnapshot> probes, String node) {
    List<String> owners =
        probes.stream()
            .filter(p -> p.heldByAnother(node))
            .map(ProbeSnapshot::owner)
            .distinct()
            .sorted()
            .toList();
    return new Holders(owners, observed instanceof ModuleSight.Live live && live.manualActive());
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
