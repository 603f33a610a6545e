// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The running kernel's names of its drop reasons. The numbers differ between kernels, so they never
 * leave the node.
 *
 * @param ids number by name; names are without SKB_DROP_REASON_
 */
public record ReasonNames(Map<String, Long> ids) {
  /** A kernel without named reasons. */
  public static final ReasonNames NONE = new ReasonNames(Map.of());

  /** Copies. */
  public ReasonNames {
    ids = Map.copyOf(ids);
  }

  /** The number of a reason; empty if this kernel does not have it. */
  public Optional<Long> id(String name) {
    return Optional.ofNullable(ids.get(name));
  }

  /** Parses lines like {@code reason id=2 name=NO_SOCKET} and skips others. */
  public static ReasonNames parse(String text) {
    Map<String, Long> ids = new TreeMap<>();
    for (String line : text.split("\n")) {
      ProcRecord r = ProcRecord.parse(line);
      if (r.kind().equals("reason") && r.has("id") && r.has("name")) {
        ids.put(r.text("name"), r.number("id"));
      }
    }
    return new ReasonNames(ids);
  }
}
