// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The nodes of a cluster of three, of which two run the same kernel.
 *
 * @param names of these two
 * @param third the node with another kernel
 */
record Twins(List<String> names, String third) {
  static Twins find() {
    var byKernel = Cluster.NODES.stream().collect(Collectors.groupingBy(Twins::kernel)).values();
    if (Cluster.NODES.size() != 3 || byKernel.size() != 2) {
      throw new AssertionError("not three nodes with two kernels: " + byKernel);
    }
    var bySize = byKernel.stream().sorted((a, b) -> b.size() - a.size()).toList();
    return new Twins(bySize.get(0), bySize.get(1).get(0));
  }

  private static String kernel(String node) {
    return Cluster.node(node).getStatus().getNodeInfo().getKernelVersion();
  }

  boolean has(String node) {
    return names.contains(node);
  }

  /** The other of the two. */
  String other(String node) {
    return names.stream().filter(n -> !n.equals(node)).findFirst().orElseThrow();
  }
}
