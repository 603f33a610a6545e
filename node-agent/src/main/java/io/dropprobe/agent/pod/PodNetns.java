// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.pod;

import io.dropprobe.agent.kernel.NetNamespaces;
import io.dropprobe.agent.kernel.NetNamespaces.NetNamespace;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The network namespaces of this node's pods, by their Kubernetes namespace. The node's own network
 * namespace never belongs to a pod, because pods with hostNetwork share it.
 *
 * @param cookies netns cookies by Kubernetes namespace, in numeric order
 * @param problem why the pods of this node cannot be identified; null means that they can
 */
public record PodNetns(Map<String, TreeSet<String>> cookies, @Nullable String problem) {
  /** Maximum that the module accepts for one probe. */
  public static final int LIMIT = 512;

  /** No pods: for a node without any, and for passes in which no probe needs them. */
  public static final PodNetns NONE = new PodNetns(Map.of(), null);

  /** Finds the network namespaces of the pods. */
  public interface Source {
    /**
     * Reads the node.
     *
     * @throws IOException if the kernel's files cannot be read
     */
    PodNetns find() throws IOException;
  }

  /**
   * The network namespaces that a probe matches.
   *
   * @param cookies separated by commas; empty for none
   * @param note which part of the request is not matched, and why; null means that all is
   */
  public record Choice(String cookies, @Nullable String note) {}

  /**
   * Assigns network namespaces to pods.
   *
   * @param folders names of the kubelet's pod log directories; empty if they cannot be read
   */
  public static PodNetns of(NetNamespaces kernel, Optional<List<String>> folders) {
    if (folders.isEmpty()) {
      return unknown("the agent cannot read the kubelet's pod log directory /var/log/pods");
    }
    if (kernel.own() == null) {
      return unknown(
          "the agent cannot identify the node's own network namespace (/proc/self/ns/net)");
    }
    if (kernel.all().stream().allMatch(n -> n.cgroup().equals("/") || n.cgroup().equals("-"))) {
      return unknown(
          "no network namespace has a pod's cgroup; is this a node with cgroup v1 only?");
    }
    Map<String, String> namespaces = PodFolders.namespaces(folders.get());
    if (namespaces.isEmpty()) {
      // The agent itself runs in a pod.
      return unknown(
          "/var/log/pods has no directory of any pod, not even of this agent, so the kubelet's"
              + " podLogsDir is another directory; set it back to use match.namespaces on this node");
    }
    Map<String, TreeSet<String>> cookies = new HashMap<>();
    for (NetNamespace n : kernel.all()) {
      if (n.inum() != kernel.own()) {
        PodCgroup.uids(n.cgroup()).stream()
            .flatMap(uid -> Stream.ofNullable(namespaces.get(uid)))
            .findFirst()
            .ifPresent(name -> cookies.computeIfAbsent(name, k -> numbers()).add(n.cookie()));
      }
    }
    return new PodNetns(cookies, null);
  }

  private static PodNetns unknown(String problem) {
    return new PodNetns(Map.of(), problem);
  }

  private static TreeSet<String> numbers() {
    return new TreeSet<>(
        (a, b) -> Long.compareUnsigned(Long.parseUnsignedLong(a), Long.parseUnsignedLong(b)));
  }

  /** Network namespaces of the pods in Kubernetes namespaces, at most {@link #LIMIT}. */
  public Choice choose(Collection<String> namespaces) {
    if (problem != null) {
      return new Choice("", "spec.match.namespaces matches nothing on this node: " + problem);
    }
    TreeSet<String> all = numbers();
    namespaces.forEach(n -> all.addAll(cookies.getOrDefault(n, numbers())));
    String text = all.stream().limit(LIMIT).collect(Collectors.joining(","));
    return new Choice(
        text,
        all.size() <= LIMIT
            ? null
            : ("spec.match.namespaces: this node has %d network namespaces of such pods;"
                    + " only the oldest %d are matched")
                .formatted(all.size(), LIMIT));
  }
}
