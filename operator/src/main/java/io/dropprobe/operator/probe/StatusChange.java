// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dropprobe.api.rules.Series;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.Problem;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What differs between two statuses: decides when to write, and which Events to emit. */
record StatusChange(DropProbeStatus before, DropProbeStatus after) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reasons of problems of nodes that count. */
  private static final Set<String> NOTES =
      Stream.of(
              Conditions.Node.INCOMPLETE,
              Conditions.Node.NOTE_REASONS,
              List.of(Conditions.Problem.SPEC_WITHOUT_EFFECT))
          .flatMap(List::stream)
          .collect(Collectors.toSet());

  /**
   * Whether nothing has changed, traffic and the shares of it aside: these change all the time,
   * also where nothing is lost, and each write goes to every agent. They are written with the next
   * other change.
   */
  boolean none() {
    return withoutTraffic(before).equals(withoutTraffic(after));
  }

  private static JsonNode withoutTraffic(DropProbeStatus status) {
    JsonNode tree = JSON.valueToTree(status);
    for (String field : List.of("traffic", "lostShare")) {
      tree.findParents(field).forEach(node -> ((ObjectNode) node).remove(field));
    }
    return tree;
  }

  /** Whether more than counts has changed, which is written at once. */
  boolean urgent() {
    return !Objects.equals(before.observedGeneration, after.observedGeneration)
        || !Objects.equals(before.suspended, after.suspended)
        || !Objects.equals(before.series, after.series)
        || !Objects.equals(before.activeSince, after.activeSince)
        || !Objects.equals(before.expiresAt, after.expiresAt)
        || !Objects.equals(before.reportInterval, after.reportInterval)
        || retiredNodes(before) != retiredNodes(after)
        || !facts(before).equals(facts(after));
  }

  /** Conditions to emit an Event about: those whose status or reason has changed. */
  List<Condition> conditionsToEmit() {
    return conditions(after).stream().filter(this::isToEmit).toList();
  }

  /** Problems that no condition shows, to emit an Event about when they appear. */
  List<Problem> problemsToEmit() {
    List<String> earlier = notes(before).map(p -> p.reason).toList();
    return notes(after).filter(p -> !earlier.contains(p.reason)).toList();
  }

  /**
   * Whether the counts start at zero only because an earlier version of DropProbe counted with
   * another meaning.
   */
  boolean restartsCounts(DropProbeSpec spec) {
    return Series.ofFirstModel(spec).equals(before.series)
        && Series.of(spec, after.returns).equals(after.series);
  }

  /** Whether the Event about a condition is Normal, not a Warning. */
  static boolean good(Condition c) {
    return "True".equals(c.getStatus()) != c.getType().equals(Conditions.Probe.DEGRADED)
        || Conditions.Probe.NODES_PENDING.equals(c.getReason())
        || Conditions.Probe.SUSPENDED.equals(c.getReason())
        || c.getType().equals(Conditions.Probe.EXPIRED);
  }

  private boolean isToEmit(Condition c) {
    Optional<Condition> earlier =
        conditions(before).stream().filter(o -> o.getType().equals(c.getType())).findFirst();
    if (earlier.isEmpty()) {
      // For a new DropProbe, only Ready and conditions that are True are worth an Event.
      return c.getType().equals(Conditions.Probe.READY) || "True".equals(c.getStatus());
    }
    boolean otherStatus = !earlier.get().getStatus().equals(c.getStatus());
    boolean otherReason = !earlier.get().getReason().equals(c.getReason());
    return otherStatus || (otherReason && c.getType().equals(Conditions.Probe.READY));
  }

  private static int retiredNodes(DropProbeStatus s) {
    return s.retired == null || s.retired.nodes == null ? 0 : s.retired.nodes;
  }

  /** Conditions without their messages, which hold numbers of nodes. */
  private static List<String> facts(DropProbeStatus s) {
    return conditions(s).stream()
        .map(c -> c.getType() + c.getStatus() + c.getReason() + c.getObservedGeneration())
        .toList();
  }

  private static Stream<Problem> notes(DropProbeStatus s) {
    List<Problem> problems = Lists.orEmpty(s.problems);
    return problems.stream().filter(p -> p.reason != null && NOTES.contains(p.reason));
  }

  private static List<Condition> conditions(DropProbeStatus s) {
    return Lists.orEmpty(s.conditions);
  }
}
