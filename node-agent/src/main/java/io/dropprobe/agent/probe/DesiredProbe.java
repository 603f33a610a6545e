// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.rules.NodeSelection;
import io.dropprobe.api.rules.ProbeLifetime;
import io.dropprobe.api.rules.Series;
import io.dropprobe.api.schema.Defaults;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Stages;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A DropProbe that selects this node.
 *
 * @param name name of the DropProbe and of its probe in the kernel
 * @param generation generation of the spec
 * @param created when the DropProbe was created, in whole seconds; {@link Instant#MAX} if it does
 *     not say, which the API server does not accept
 * @param series identifies what is counted; counts start at zero for another series
 * @param state Active, Inactive or Expired
 * @param expiresAt when counting ends by spec.duration; null means never
 * @param match empty if the spec has none
 * @param stages whether stages are counted
 * @param interval shortest time between two reports of its counts
 */
public record DesiredProbe(
    String name,
    String uid,
    long generation,
    Instant created,
    String series,
    ProbeState state,
    @Nullable Instant expiresAt,
    Match match,
    boolean stages,
    Duration interval) {

  private static final Duration INTERVAL = Durations.parse(Defaults.REPORT_INTERVAL);

  /** Whether the probe should count now. */
  public boolean active() {
    return state == ProbeState.Active;
  }

  /** The module's hooks that the probe needs now. */
  public Set<Hook> hooks() {
    return active() ? Hook.of(stages) : Set.of();
  }

  /** The same probe while its stages may not be counted. */
  DesiredProbe withoutStages() {
    return new DesiredProbe(
        name, uid, generation, created, series, state, expiresAt, match, false, interval);
  }

  /** Whether what the probe matches changes as pods start and end. */
  public boolean followsPods() {
    return match.namespaces != null && !match.namespaces.isEmpty();
  }

  /**
   * Selects the DropProbes for this node, sorted by name, without those that are being deleted, and
   * without all of them while the operator suspends counting.
   *
   * @param node the agent's own Node
   * @param history records what is selected
   */
  public static List<DesiredProbe> select(
      Collection<DropProbe> all, NodeFacts node, History history, Instant now) {
    boolean suspended = all.stream().anyMatch(DesiredProbe::isSuspended);
    List<DropProbe> selected =
        all.stream()
            .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
            .filter(p -> NodeSelection.selects(p.getSpec(), node, history.selected(p)))
            .toList();
    List<DesiredProbe> desired =
        selected.stream()
            // One that the operator has not seen yet is about to be suspended, too.
            .filter(p -> !isSuspended(p) && !(suspended && isNew(p)))
            .map(p -> of(p, history, now))
            .sorted(Comparator.comparing(DesiredProbe::name))
            .toList();
    history.remember(selected.stream().map(p -> p.getMetadata().getUid()).toList());
    return desired;
  }

  private static boolean isNew(DropProbe p) {
    return p.getStatus() == null || p.getStatus().observedGeneration == null;
  }

  private static boolean isSuspended(DropProbe p) {
    return p.getStatus() != null && Boolean.TRUE.equals(p.getStatus().suspended);
  }

  private static DesiredProbe of(DropProbe p, History history, Instant now) {
    Match match = p.getSpec().match;
    String series = Series.of(p);
    Instant end = ProbeLifetime.end(p, history.begin(p, series, now));
    return new DesiredProbe(
        p.getMetadata().getName(),
        p.getMetadata().getUid(),
        History.generation(p),
        created(p),
        series,
        ProbeLifetime.state(p.getSpec(), end, now),
        end,
        match == null ? new Match() : match,
        p.getSpec().stages == Stages.Enabled,
        interval(p));
  }

  private static Instant created(DropProbe p) {
    Instant at = Times.parseOrNull(p.getMetadata().getCreationTimestamp());
    return at == null ? Instant.MAX : at;
  }

  /** The operator's interval takes precedence: it lengthens the spec's in large clusters. */
  private static Duration interval(DropProbe p) {
    String inForce = p.getStatus() == null ? null : p.getStatus().reportInterval;
    String text = inForce != null ? inForce : p.getSpec().reportInterval;
    try {
      return text == null ? INTERVAL : Durations.parse(text);
    } catch (IllegalArgumentException e) {
      return INTERVAL;
    }
  }
}
