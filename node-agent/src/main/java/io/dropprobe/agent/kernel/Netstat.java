// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernel's own counters: packets by which they have grown while one probe counted.
 *
 * @param names the counters that the kernel has and the probe reads; empty if its filter has more
 *     than network namespaces, since then they say nothing of its packets
 * @param sums packets by counter, of all namespaces or all devices, those that went included;
 *     without those that are 0
 * @param devices the same for each device that exists
 * @param missing namespaces and devices that the module had no memory for
 */
public record Netstat(
    Set<String> names,
    Map<String, Long> sums,
    Map<Interfaces.Id, Map<String, Long>> devices,
    long missing) {
  /** No counter is known. */
  public static final Netstat NONE = new Netstat(Set.of(), Map.of(), Map.of(), 0);

  /** Keys of records that are no counters. */
  private static final Set<String> NO_COUNTERS = Set.of("netns", "ifindex", "gone");

  /** Copies. */
  public Netstat {
    names = Set.copyOf(names);
    sums = Map.copyOf(sums);
    devices = Map.copyOf(devices);
  }

  /** Whether all that the probe's packets are counted by is known. */
  public boolean whole() {
    return missing == 0;
  }

  /** Packets of a counter, of all namespaces or devices. */
  public long packets(String counter) {
    return sums.getOrDefault(counter, 0L);
  }

  /** Packets of a counter of the devices of these kinds that exist. */
  public long packets(String counter, Set<String> kinds, Interfaces interfaces) {
    return devices.entrySet().stream()
        .filter(e -> kinds.contains(interfaces.kinds().getOrDefault(e.getKey(), "")))
        .mapToLong(e -> e.getValue().getOrDefault(counter, 0L))
        .sum();
  }

  /**
   * Parses a file of {@code counters/}. A module that does not have the folder has an empty one.
   *
   * @throws TruncatedReadException if the read was truncated
   */
  static Netstat parse(String text) {
    Set<String> names = new HashSet<>();
    Map<String, Long> sums = new HashMap<>();
    Map<Interfaces.Id, Map<String, Long>> devices = new HashMap<>();
    long[] missing = {0};
    ProcRecord.each(
        text,
        "the kernel's own counters",
        line -> {
          ProcRecord r = ProcRecord.parse(line);
          switch (r.kind()) {
            case "counters" ->
                r.values().values().forEach(v -> names.addAll(List.of(v.split(","))));
            case "netstat" -> add(r, sums);
            case "device" -> {
              Map<String, Long> own = new HashMap<>();
              add(r, own);
              own.forEach((counter, n) -> sums.merge(counter, n, Long::sum));
              if (!r.has("gone")) {
                devices.put(Interfaces.Id.of(r), own);
              }
            }
            case "coverage" -> missing[0] = r.number("missing", 0);
            default -> {
              // A record that a newer module has added.
            }
          }
        });
    return new Netstat(names, sums, devices, missing[0]);
  }

  private static void add(ProcRecord r, Map<String, Long> sums) {
    for (String key : r.values().keySet()) {
      if (!NO_COUNTERS.contains(key)) {
        sums.merge(key.intern(), r.number(key), Long::sum);
      }
    }
  }
}
