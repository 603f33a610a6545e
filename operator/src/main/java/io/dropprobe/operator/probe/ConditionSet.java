package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Times;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Conditions of one object: the time of transition moves only when the status of a condition does.
 */
final class ConditionSet {
  private final List<Condition> before;
  private final Long generation;
  private final Instant now;
  private final List<Condition> after = new ArrayList<>();

  /**
   * @param before null is none
   */
  ConditionSet(List<Condition> before, Long generation, Instant now) {
    this.before = before == null ? List.of() : before;
    this.generation = generation;
    this.now = now;
  }

  /** Sets one condition. */
  ConditionSet set(String type, boolean status, String reason, String message) {
    String value = status ? "True" : "False";
    String since =
        before.stream()
            .filter(c -> type.equals(c.getType()) && value.equals(c.getStatus()))
            .map(Condition::getLastTransitionTime)
            .filter(Objects::nonNull)
            .findFirst()
            .orElseGet(() -> Times.format(now));
    after.add(
        new ConditionBuilder()
            .withType(type)
            .withStatus(value)
            .withReason(reason)
            .withMessage(message)
            .withLastTransitionTime(since)
            .withObservedGeneration(generation)
            .build());
    return this;
  }

  /** In the order in which they were set. */
  List<Condition> list() {
    return List.copyOf(after);
  }
}
