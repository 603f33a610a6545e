// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's network namespaces.
 *
 * @param all in no order
 * @param own inode number of this process's network namespace, which is the node's; null means that
 *     it cannot be read
 */
public record NetNamespaces(List<NetNamespace> all, @Nullable Long own) {

  /**
   * One network namespace.
   *
   * @param cookie its netns cookie, which no later one gets: an unsigned 64-bit number as text
   * @param inum its inode number, which a later one may get
   * @param cgroup path of the cgroup of a process in it; "-" if there is none
   */
  public record NetNamespace(String cookie, long inum, String cgroup) {}

  /** Copies. */
  public NetNamespaces {
    all = List.copyOf(all);
  }

  /**
   * Parses lines like {@code netns cookie=7 inum=4026531840 cgroup=/init.scope} and skips other
   * records. A module that does not list network namespaces has an empty file.
   *
   * @throws TruncatedReadException if the read was truncated
   */
  static List<NetNamespace> parse(String text) {
    return ProcRecord.complete(text, "the list of network namespaces").stream()
        .filter(r -> r.kind().equals("netns"))
        .map(r -> new NetNamespace(r.text("cookie"), r.number("inum"), r.text("cgroup")))
        .toList();
  }
}
