// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Times;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one object. A condition's {@code lastTransitionTime} changes only when its
 * status does.
 */
public final class ConditionSet {
  private final List<Condition> before;
  private final @Nullable Long generation;
  private final Instant now;
  private final List<Condition> after = new ArrayList<>();

  /**
   * @param before the last conditions; null means none
   * @param generation for {@code observedGeneration}; null leaves it out
   */
  public ConditionSet(@Nullable List<Condition> before, @Nullable Long generation, Instant now) {
    this.before = before == null ? List.of() : before;
    this.generation = generation;
    this.now = now;
  }

  /** Sets one condition to True or False. */
  public ConditionSet set(String type, boolean status, String reason, @Nullable String message) {
    return set(type, status ? "True" : "False", reason, message);
  }

  /**
   * Sets one condition.
   *
   * @param status True, False or Unknown
   * @param message truncated to {@link Limits#MESSAGE}; null is empty
   */
  public ConditionSet set(String type, String status, String reason, @Nullable String message) {
    String since =
        before.stream()
            .filter(c -> type.equals(c.getType()) && status.equals(c.getStatus()))
            .map(Condition::getLastTransitionTime)
            .filter(Objects::nonNull)
            .findFirst()
            .orElseGet(() -> Times.format(now));
    after.add(
        new ConditionBuilder()
            .withType(type)
            .withStatus(status)
            .withReason(reason)
            .withMessage(message == null ? "" : Limits.cut(message))
            .withLastTransitionTime(since)
            .withObservedGeneration(generation)
            .build());
    return this;
  }

  /** Keeps the last conditions of all types that are not set. */
  public ConditionSet keepOthers() {
    before.stream()
        .filter(c -> after.stream().noneMatch(a -> a.getType().equals(c.getType())))
        .toList()
        .forEach(after::add);
    return this;
  }

  /** The conditions, in the order in which they were set. */
  public List<Condition> list() {
    return List.copyOf(after);
  }
}
