package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What differs between two statuses, as far as it decides when to write and what to tell. */
record StatusChange(DropProbeStatus before, DropProbeStatus after) {
  /** Whether more has changed than numbers: that is written at once. */
  boolean urgent() {
    return !Objects.equals(before.observedGeneration, after.observedGeneration)
        || !Objects.equals(before.series, after.series)
        || !Objects.equals(before.activeSince, after.activeSince)
        || !Objects.equals(before.expiresAt, after.expiresAt)
        || !Objects.equals(before.reportInterval, after.reportInterval)
        || retiredNodes(before) != retiredNodes(after)
        || !facts(before).equals(facts(after));
  }

  /** Conditions that a person should hear of: whose status or reason is another than before. */
  List<Condition> news() {
    return conditions(after).stream().filter(this::isNews).toList();
  }

  /** Whether it is good news. */
  static boolean good(Condition c) {
    return "True".equals(c.getStatus()) != c.getType().equals(Conditions.Probe.DEGRADED)
        || Conditions.Probe.NODES_PENDING.equals(c.getReason())
        || c.getType().equals(Conditions.Probe.EXPIRED);
  }

  private boolean isNews(Condition c) {
    Optional<Condition> old =
        conditions(before).stream().filter(o -> o.getType().equals(c.getType())).findFirst();
    if (old.isEmpty()) {
      // At the first look only Ready has something to say, and what is True.
      return c.getType().equals(Conditions.Probe.READY) || "True".equals(c.getStatus());
    }
    boolean turned = !old.get().getStatus().equals(c.getStatus());
    boolean otherReason = !old.get().getReason().equals(c.getReason());
    return turned || (otherReason && c.getType().equals(Conditions.Probe.READY));
  }

  private static int retiredNodes(DropProbeStatus s) {
    return s.retired == null || s.retired.nodes == null ? 0 : s.retired.nodes;
  }

  /** Conditions without their messages: those hold numbers of nodes. */
  private static List<String> facts(DropProbeStatus s) {
    return conditions(s).stream()
        .map(c -> c.getType() + c.getStatus() + c.getReason() + c.getObservedGeneration())
        .toList();
  }

  private static List<Condition> conditions(DropProbeStatus s) {
    return s.conditions == null ? List.of() : s.conditions;
  }
}
