// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.trial;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operator knows of a key: one value in the ConfigMap, as JSON.
 *
 * @param key what is proven
 * @param state how far the proof is
 * @param canaries names of the nodes that may load the module now; empty unless it is being tried
 * @param survived names of the nodes that have survived it, while it is being tried
 * @param failures nodes that rebooted or fell silent in their trial
 * @param spreadSeconds over how long the other nodes spread their loads after the proof
 * @param since when the state began, by the operator's clock, in ISO 8601
 * @param retried names of nodes whose annotation {@code retry-module} has had its trial; it asks
 *     for one more trial, not for one each time. Agents ignore it
 * @param claimed the last day, in UTC, on which a report named the key; null means no later day
 *     than {@code since}. Agents ignore it
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TrialEntry(
    TrialKey key,
    State state,
    List<String> canaries,
    List<String> survived,
    List<Failure> failures,
    int spreadSeconds,
    @Nullable String since,
    List<String> retried,
    @Nullable String claimed) {
  /** How far the proof is. */
  public enum State {
    /** The canaries load the module; all other nodes wait. */
    TRYING,
    /** Every node may load it. */
    PROVEN,
    /** Two different nodes rebooted or fell silent in their trials: it is not loaded. */
    STOPPED
  }

  /**
   * A trial that went wrong.
   *
   * @param node name
   * @param uid of the Node
   * @param what for people to read
   * @param at when the operator saw it, in ISO 8601
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Failure(String node, String uid, String what, String at) {}

  /** Takes absent lists for empty ones. */
  @SuppressWarnings("ConstantValue") // Jackson passes null for what is absent.
  public TrialEntry {
    canaries = canaries == null ? List.of() : List.copyOf(canaries);
    survived = survived == null ? List.of() : List.copyOf(survived);
    failures = failures == null ? List.of() : List.copyOf(failures);
    retried = retried == null ? List.of() : List.copyOf(retried);
  }

  /** An entry without what only the operator remembers. */
  public TrialEntry(
      TrialKey key,
      State state,
      List<String> canaries,
      List<String> survived,
      List<Failure> failures,
      int spreadSeconds,
      @Nullable String since) {
    this(key, state, canaries, survived, failures, spreadSeconds, since, List.of(), null);
  }

  /**
   * An entry whose trial begins, without a canary yet.
   *
   * @param failures of the same module in this kernel, with other hooks
   */
  public static TrialEntry begun(TrialKey key, List<Failure> failures, String since) {
    return new TrialEntry(key, State.TRYING, List.of(), List.of(), failures, 0, since);
  }

  /** The same entry, whose key a report named on that day. */
  public TrialEntry claimedOn(String day) {
    return new TrialEntry(
        key, state, canaries, survived, failures, spreadSeconds, since, retried, day);
  }

  /** Whether it allows a node to load the module with these hooks now. */
  public boolean proves(TrialKey wanted) {
    return state == State.PROVEN && key.covers(wanted);
  }

  /** Whether the node is a canary for exactly this. */
  public boolean isCanary(String node, TrialKey wanted) {
    return state == State.TRYING && key.equals(wanted) && canaries.contains(node);
  }

  /** False for what Jackson read from a text that lacks what every entry has. */
  @SuppressWarnings("ConstantValue")
  boolean isComplete() {
    return key != null
        && state != null
        && key.srcversion() != null
        && key.builder() != null
        && key.release() != null
        && key.version() != null;
  }
}
