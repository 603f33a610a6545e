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

/**
 * The network namespaces of this node's pods, by their Kubernetes namespace. The node's own is no
 * pod's: what happens there cannot be told apart by it.
 *
 * @param cookies by Kubernetes namespace, in the order of the numbers
 * @param problem why the pods can't be told apart; null when they can
 */
public record PodNetns(Map<String, TreeSet<String>> cookies, String problem) {
  /** As many as the module takes for one probe. */
  public static final int LIMIT = 512;

  /** Of a node without pods, and where nobody asks. */
  public static final PodNetns NONE = new PodNetns(Map.of(), null);

  /** Looks at the node. */
  public interface Source {
    /**
     * @throws IOException when the kernel's files can't be read
     */
    PodNetns look() throws IOException;
  }

  /**
   * What a probe for some Kubernetes namespaces matches.
   *
   * @param cookies with commas in between; empty for nothing
   * @param note what is not matched though it is asked for; null for nothing
   */
  public record Choice(String cookies, String note) {}

  /**
   * @param folders names of the kubelet's folders of pod logs; empty when they can't be read
   */
  public static PodNetns of(NetNamespaces kernel, Optional<List<String>> folders) {
    if (folders.isEmpty()) {
      return unknown("the kubelet's folder of pod logs (/var/log/pods) can't be read");
    }
    if (kernel.own() == null) {
      return unknown("the node's own network namespace can't be told from the pods'");
    }
    if (kernel.all().stream().allMatch(n -> n.cgroup().equals("/") || n.cgroup().equals("-"))) {
      return unknown("the kernel does not know which pod is where (a node with cgroup v1 only?)");
    }
    Map<String, String> namespaces = PodFolders.namespaces(folders.get());
    if (namespaces.isEmpty()) {
      // This agent is a pod itself.
      return unknown(
          "/var/log/pods has no folder of any pod, not even of this agent's, so the kubelet's podLogsDir"
              + " must be another folder; set it back to use match.namespaces on this node");
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

  /** Those of the pods in these Kubernetes namespaces, at most as many as the module takes. */
  public Choice choose(Collection<String> namespaces) {
    if (problem != null) {
      return new Choice("", "spec.match.namespaces: nothing is matched: " + problem);
    }
    TreeSet<String> all = numbers();
    namespaces.forEach(n -> all.addAll(cookies.getOrDefault(n, numbers())));
    String text = all.stream().limit(LIMIT).collect(Collectors.joining(","));
    return new Choice(
        text,
        all.size() <= LIMIT
            ? null
            : "spec.match.namespaces: pods with %d networks are here, of which %d are matched"
                .formatted(all.size(), LIMIT));
  }
}
