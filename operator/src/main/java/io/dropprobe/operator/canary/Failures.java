// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.Failure;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.operator.cluster.ClusterNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What the failed trials of a module mean for the nodes that wait. */
final class Failures {
  /**
   * How long one failed node keeps others from trying the module: a person should look at it, and
   * one node that lies or is broken must not hold up a cluster for ever.
   */
  static final Duration LONGEST = Duration.ofHours(24);

  /** What the operator writes of a node that reports that it went down. */
  static final String WENT_DOWN = "went down, as its agent reports";

  /** How many different nodes stop a module. */
  static final int STOPPING = 2;

  /** Failures that an entry keeps, the newest. */
  private static final int MOST = 8;

  private Failures() {}

  /**
   * The failures with one more; of each name only one, with the time of the first. A node that
   * fails again and again could otherwise keep others from trying the module for ever, also with a
   * new Node each time.
   */
  static List<Failure> with(List<Failure> failures, Failure added) {
    if (failures.stream().anyMatch(f -> isOf(f, added.node(), added.uid()))) {
      return failures;
    }
    List<Failure> all = new ArrayList<>(failures);
    String first =
        all.stream()
            .filter(f -> f.node().equals(added.node()))
            .map(Failure::at)
            .findFirst()
            .orElse(added.at());
    all.removeIf(f -> f.node().equals(added.node()));
    all.add(new Failure(added.node(), added.uid(), added.what(), first));
    return newest(all);
  }

  /**
   * The failures with those that nodes report of a module that was proven, the newest.
   *
   * @param down nodes that are not {@link #isKnown known}
   */
  static List<Failure> with(List<Failure> failures, List<ClusterNode> down, Instant now) {
    List<Failure> all = new ArrayList<>(failures);
    down.stream().limit(MOST).forEach(n -> all.add(wentDown(n, now)));
    return newest(all);
  }

  private static List<Failure> newest(List<Failure> all) {
    return List.copyOf(all.subList(Math.max(0, all.size() - MOST), all.size()));
  }

  private static Failure wentDown(ClusterNode node, Instant now) {
    return new Failure(node.name(), node.uid(), WENT_DOWN, Times.format(now));
  }

  /**
   * The failures with those that nodes report of themselves, as long as there is space. One such
   * node alone changes nothing: the operator has not seen it go down.
   *
   * @param down claims of nodes that went down with the module
   */
  static List<Failure> reported(List<Failure> failures, Collection<Claim> down, Instant now) {
    List<Failure> all = new ArrayList<>(failures);
    unknown(failures, down).stream()
        .limit(Math.max(0, MOST - failures.size()))
        .forEach(n -> all.add(wentDown(n, now)));
    return stop(all) ? all : failures;
  }

  /**
   * The nodes that report that they went down and are not among the failures, by name.
   *
   * @param down claims of nodes that went down with the module
   */
  static List<ClusterNode> unknown(List<Failure> failures, Collection<Claim> down) {
    return down.stream()
        .map(Claim::node)
        .filter(n -> !isKnown(failures, n))
        .sorted(Comparator.comparing(ClusterNode::name))
        .toList();
  }

  /** Whether this Node or another one of its name has failed: it may be the same machine. */
  static boolean isKnown(List<Failure> failures, ClusterNode node) {
    return failures.stream().anyMatch(f -> f.node().equals(node.name()));
  }

  static List<Failure> without(List<Failure> failures, String node, String uid) {
    return failures.stream().filter(f -> !isOf(f, node, uid)).toList();
  }

  static boolean areOf(List<Failure> failures, ClusterNode node) {
    return failures.stream().anyMatch(f -> isOf(f, node.name(), node.uid()));
  }

  private static boolean isOf(Failure failure, String node, String uid) {
    return failure.node().equals(node) && failure.uid().equals(uid);
  }

  /** The failures of a module that is not proven with some hooks, whatever they are. */
  static List<Failure> ofModule(Collection<TrialEntry> entries, TrialKey key) {
    return entries.stream()
        .filter(e -> e.state() != TrialEntry.State.PROVEN && e.key().sameModule(key))
        .flatMap(e -> e.failures().stream())
        .sorted(Comparator.comparing(Failure::at))
        .reduce(List.of(), Failures::with, (a, b) -> b);
  }

  /**
   * Whether so many different nodes have failed that no node tries the module by itself. A machine
   * whose Node was created again is the same node.
   */
  static boolean stop(List<Failure> failures) {
    return failures.stream().map(Failure::uid).distinct().count() >= STOPPING
        && failures.stream().map(Failure::node).distinct().count() >= STOPPING;
  }

  /**
   * Whether a failure of the last day keeps other nodes from trying the module. What the node does
   * next ends it no sooner: one that crashes is repaired by deleting its Node, gets another kernel,
   * or is the first to go back to the earlier module, and the next node would crash, too.
   */
  static boolean hold(List<Failure> failures, Instant now) {
    return failures.stream().anyMatch(f -> isRecent(f, now));
  }

  /** The nodes that have first failed within the last day, and still exist: they may try again. */
  static Set<String> holders(List<Failure> failures, Map<String, ClusterNode> nodes, Instant now) {
    return failures.stream()
        .filter(f -> isRecent(f, now) && exists(f, nodes))
        .map(Failure::node)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Whether the Node is still the one that has failed. */
  static boolean exists(Failure failure, Map<String, ClusterNode> nodes) {
    ClusterNode node = nodes.get(failure.node());
    return node != null && node.uid().equals(failure.uid());
  }

  private static boolean isRecent(Failure failure, Instant now) {
    Instant at = Times.parseOrNull(failure.at());
    return at != null && now.isBefore(at.plus(LONGEST));
  }
}
