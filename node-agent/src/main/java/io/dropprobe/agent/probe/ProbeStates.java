// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Account;
import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * State of this node's probes after a pass, with their counts.
 *
 * @param desired the DropProbes that select the node, sorted by name
 * @param leftovers probes of this node that should have been removed from the kernel
 * @param removed DropProbes that exist, no longer select the node and are removed from its kernel
 */
public record ProbeStates(
    List<ProbeResult> desired, List<Leftover> leftovers, List<Removed> removed) {

  /**
   * A probe that should have been removed from the kernel.
   *
   * @param account what this node counted in its epoch; null means unknown
   */
  public record Leftover(ProbeSnapshot observed, @Nullable Account account) {}

  /**
   * A DropProbe that counted on this node before.
   *
   * @param generation generation of its spec
   */
  public record Removed(String name, String uid, long generation, Account account) {}

  /** Counts by name of the probe, without those that another node counts. */
  public Map<String, Counts> counts() {
    Map<String, Counts> byName = new TreeMap<>();
    desired.stream()
        .filter(p -> p.account() != null && !(p.verdict() instanceof Verdict.Elsewhere))
        .forEach(p -> byName.put(p.desired().name(), p.account().total()));
    removed.forEach(r -> byName.putIfAbsent(r.name(), r.account().total()));
    leftovers.stream()
        .filter(l -> l.account() != null)
        .forEach(l -> byName.putIfAbsent(l.observed().name(), l.account().total()));
    return byName;
  }

  /** Whether a probe is not in its desired state yet. */
  public boolean unsettled() {
    return !leftovers.isEmpty()
        || desired.stream().anyMatch(r -> r.verdict() instanceof Verdict.Pending);
  }
}
