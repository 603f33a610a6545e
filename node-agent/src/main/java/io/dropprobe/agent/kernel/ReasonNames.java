package io.dropprobe.agent.kernel;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The running kernel's own names of its drop reasons. The numbers differ from kernel to kernel, so
 * they never leave the node.
 *
 * @param ids number by name, without SKB_DROP_REASON_
 */
public record ReasonNames(Map<String, Long> ids) {
  /** A kernel that names none. */
  public static final ReasonNames NONE = new ReasonNames(Map.of());

  /** Copies. */
  public ReasonNames {
    ids = Map.copyOf(ids);
  }

  /** The number of a reason; empty when this kernel does not know it. */
  public Optional<Long> id(String name) {
    return Optional.ofNullable(ids.get(name));
  }

  /** Reads lines like {@code reason id=2 name=NO_SOCKET}; other lines are skipped. */
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
