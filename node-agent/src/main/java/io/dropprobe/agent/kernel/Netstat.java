// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import io.dropprobe.api.schema.Sums;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's own counters: packets by which they have grown while one probe counted.
 *
 * @param ofNamespaces the counters of network namespaces that the kernel has and the probe reads;
 *     empty if its filter has more than network namespaces, since then they say nothing of its
 *     packets
 * @param ofDevices the same of devices
 * @param sums packets by counter, of all namespaces or all devices, those that went included;
 *     without those that are 0
 * @param missingNamespaces namespaces that the module had no memory for
 * @param missingDevices devices that it had no memory for
 * @param errors what the node's network cards and XDP programs could not handle, the most packets
 *     first. Some of it may be in the sums, too, and which counter contains which is up to each
 *     driver
 */
public record Netstat(
    Set<String> ofNamespaces,
    Set<String> ofDevices,
    Map<String, Long> sums,
    long missingNamespaces,
    long missingDevices,
    List<CardErrors> errors) {
  /** No counter is known. */
  public static final Netstat NONE = new Netstat(Set.of(), Set.of(), Map.of(), 0, 0, List.of());

  /** The counters of all packets that IP receives and sends. */
  private static final Set<String> TRAFFIC =
      Set.of("IpInReceives", "IpOutRequests", "Ip6InReceives", "Ip6OutRequests");

  /** Keys of records that are no counters. */
  private static final Set<String> NO_COUNTERS = Set.of("netns", "ifindex", "gone");

  /** Copies. */
  public Netstat {
    ofNamespaces = Set.copyOf(ofNamespaces);
    ofDevices = Set.copyOf(ofDevices);
    sums = Map.copyOf(sums);
    errors = List.copyOf(errors);
  }

  /**
   * The counters by which packets can be judged. Where namespaces are missing, their counters are
   * not among them: one that has not grown would prove nothing.
   */
  public Set<String> usable() {
    Set<String> usable = new HashSet<>(ofDevices);
    if (missingNamespaces == 0) {
      usable.addAll(ofNamespaces);
    }
    return usable;
  }

  /** Packets that IP has received and sent. */
  public long traffic() {
    return TRAFFIC.stream().mapToLong(this::packets).reduce(0, Sums::sum);
  }

  /** Packets of a counter, of all namespaces or devices. */
  public long packets(String counter) {
    return sums.getOrDefault(counter, 0L);
  }

  /**
   * Parses a file of {@code counters/}. A module that does not have the folder has an empty one.
   *
   * @param interfaces those whose errors are wanted
   * @throws TruncatedReadException if the read was truncated
   */
  static Netstat parse(String text, Interfaces interfaces) {
    Set<String> ofNamespaces = new HashSet<>();
    Set<String> ofDevices = new HashSet<>();
    Map<String, Long> sums = new HashMap<>();
    long[] missing = {0, 0};
    List<CardErrors> errors = new ArrayList<>();
    ProcRecord.each(
        text,
        "the kernel's own counters",
        line -> {
          ProcRecord r = ProcRecord.parse(line);
          switch (r.kind()) {
            case "counters" -> {
              addNames(r, "netstat", ofNamespaces);
              addNames(r, "device", ofDevices);
            }
            case "netstat" -> add(r, sums);
            case "device" -> {
              add(r, sums);
              String name = interfaces.names().get(Interfaces.Id.of(r));
              if (name != null) {
                addErrors(r, name, errors);
              }
            }
            case "xdp" -> addErrors(r, null, errors);
            case "coverage" -> {
              missing[0] = r.number("missing", 0);
              missing[1] = r.number("missing-devices", 0);
            }
            default -> {
              // A record that a newer module has added.
            }
          }
        });
    errors.sort(Comparator.comparingLong(CardErrors::packets).reversed());
    return new Netstat(ofNamespaces, ofDevices, sums, missing[0], missing[1], errors);
  }

  private static void addNames(ProcRecord r, String key, Set<String> names) {
    if (r.has(key)) {
      names.addAll(List.of(r.text(key).split(",")));
    }
  }

  private static void add(ProcRecord r, Map<String, Long> sums) {
    counters(r).forEach(key -> sums.merge(key, r.number(key), Sums::sum));
  }

  private static void addErrors(ProcRecord r, @Nullable String device, List<CardErrors> errors) {
    counters(r).map(key -> new CardErrors(device, key, r.number(key))).forEach(errors::add);
  }

  private static Stream<String> counters(ProcRecord r) {
    return r.values().keySet().stream().filter(key -> !NO_COUNTERS.contains(key));
  }
}
