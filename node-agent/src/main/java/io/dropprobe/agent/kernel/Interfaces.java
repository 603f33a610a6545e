// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the agent needs to know of the kernel's interfaces: their drivers. See
 * docs/decisions/0108-who-freed-it.md for how they show which packets a driver has freed.
 *
 * @param drivers driver by interface; interfaces without hardware have none
 * @param byModule driver by the kernel module of its function that sends
 * @param names name by interface, of those with hardware in the first network namespace
 */
public record Interfaces(
    Map<Id, String> drivers, Map<String, String> byModule, Map<Id, String> names) {
  /** Nothing is known of any interface. */
  public static final Interfaces NONE = new Interfaces(Map.of(), Map.of(), Map.of());

  /** Functions that free packets for drivers, later or for all of them. */
  private static final Set<String> FREES_FOR_DRIVERS =
      Set.of("net_tx_action", "__dev_kfree_skb_any", "dev_kfree_skb_any_reason");

  /**
   * One interface.
   *
   * @param netns cookie of its network namespace
   * @param ifindex its number there; 0 means unknown
   */
  public record Id(String netns, long ifindex) {
    /** An unknown interface. */
    public static final Id NONE = new Id("0", 0);

    static Id of(ProcRecord r) {
      long ifindex = r.number("ifindex", 0);
      return ifindex == 0 ? NONE : new Id(r.text("netns").intern(), ifindex);
    }
  }

  /** Copies. */
  public Interfaces {
    drivers = Map.copyOf(drivers);
    byModule = Map.copyOf(byModule);
    names = Map.copyOf(names);
  }

  /**
   * The driver that freed packets, or for whose device they were freed; null means that it was
   * none, or an unknown one.
   *
   * @param function that freed them
   * @param module kernel module of the function; null means the kernel itself
   */
  public @Nullable String driverOf(String function, @Nullable String module, Id iface) {
    if (module != null) {
      return byModule.get(module);
    }
    if (!decide(function, null)) {
      return null;
    }
    return iface.equals(Id.NONE) ? onlyDriver() : drivers.get(iface);
  }

  /**
   * Whether the driver depends on the interface.
   *
   * @param function that freed the packets
   * @param module kernel module of the function; null means the kernel itself
   */
  static boolean decide(String function, @Nullable String module) {
    return module == null && FREES_FOR_DRIVERS.contains(function);
  }

  /** Where packets have lost their interface, the driver is known if there is only one. */
  private @Nullable String onlyDriver() {
    Set<String> all = new TreeSet<>(drivers.values());
    return all.size() == 1 ? all.iterator().next() : null;
  }

  /**
   * Parses lines like {@code iface netns=7 ifindex=2 name=eth0 driver=e1000 module=e1000} and skips
   * other records. A module that does not list interfaces has an empty file.
   *
   * @throws TruncatedReadException if the read was truncated
   */
  static Interfaces parse(String text) {
    Map<Id, String> drivers = new HashMap<>();
    Map<String, String> byModule = new TreeMap<>();
    Map<Id, String> names = new HashMap<>();
    // Pods can make any number of interfaces, but none with a driver.
    for (ProcRecord r :
        ProcRecord.complete(text, "the list of interfaces", l -> l.contains(" driver="))) {
      String driver = r.textOrNull("driver");
      if (driver != null && r.kind().equals("iface")) {
        drivers.put(Id.of(r), driver.intern());
        if (r.has("host")) {
          names.put(Id.of(r), r.text("name"));
        }
        if (r.has("module")) {
          // Two drivers in one module are rare; the first name is as good as the other.
          byModule.merge(r.text("module"), driver, (a, b) -> a.compareTo(b) <= 0 ? a : b);
        }
      }
    }
    return new Interfaces(drivers, byModule, names);
  }
}
