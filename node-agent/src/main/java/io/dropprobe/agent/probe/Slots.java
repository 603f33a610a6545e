// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Limits;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which desired probes a kernel has no room for. A probe that is in the kernel keeps its slot,
 * since its counts would have a gap; the free slots go to the oldest DropProbes, so that nodes with
 * the same probes choose the same ones. One that the kernel has refused comes last, or it would
 * keep a slot free. The manual probe needs none, see the module's PROTOCOL.md.
 *
 * @param waiting UIDs of the DropProbes that wait for a slot
 * @param taken who has the slots, as users know them, sorted
 */
record Slots(Set<String> waiting, List<String> taken) {
  private static final Comparator<DesiredProbe> OLDEST_FIRST =
      Comparator.comparing(DesiredProbe::created).thenComparing(DesiredProbe::name);

  /**
   * Assigns the slots.
   *
   * @param staying probes of any owner that this pass leaves in the kernel, or adds again
   * @param missing desired probes that are not in the kernel
   * @param refused UIDs of those that the kernel refused when they were last added
   * @param me owner of this node's probes
   */
  static Slots of(
      Collection<ProbeSnapshot> staying,
      Collection<DesiredProbe> missing,
      Set<String> refused,
      Owner me) {
    int free = Math.max(0, Limits.PROBES_PER_KERNEL - staying.size());
    List<DesiredProbe> inOrder =
        missing.stream()
            .sorted(
                Comparator.comparing((DesiredProbe d) -> refused.contains(d.uid()))
                    .thenComparing(OLDEST_FIRST))
            .toList();
    return new Slots(
        inOrder.stream().skip(free).map(DesiredProbe::uid).collect(Collectors.toSet()),
        Stream.concat(
                staying.stream()
                    .map(p -> me.owns(p) ? p.name() : p.name() + " of node " + p.owner()),
                inOrder.stream().limit(free).map(DesiredProbe::name))
            .sorted()
            .toList());
  }

  /** Of a DropProbe that waits. The names come last: a long list is truncated. */
  Verdict verdict() {
    return new Verdict.Failed(
        Conditions.Node.TOO_MANY_PROBES,
        "all "
            + Limits.PROBES_PER_KERNEL
            + " slots of this kernel are taken; delete a DropProbe that has one, or let it select"
            + " fewer nodes: the oldest DropProbe that waits is added then. Taken by: "
            + String.join(", ", taken));
  }
}
