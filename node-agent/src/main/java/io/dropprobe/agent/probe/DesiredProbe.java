package io.dropprobe.agent.probe;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.rules.NodeSelection;
import io.dropprobe.api.rules.Series;
import io.dropprobe.api.rules.Wanted;
import io.dropprobe.api.schema.Defaults;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.ProbeState;
import io.dropprobe.api.v1alpha1.Stages;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * A DropProbe that selects this node.
 *
 * @param name also its name in the kernel
 * @param generation of the spec that this is
 * @param state Active, Inactive or Expired
 * @param expiresAt when it stops by itself; null for never
 * @param match never null
 * @param interval how often it is reported at most
 */
public record DesiredProbe(
    String name,
    String uid,
    long generation,
    String series,
    ProbeState state,
    Instant expiresAt,
    Match match,
    boolean stages,
    Duration interval) {

  private static final Duration INTERVAL = Durations.parse(Defaults.REPORT_INTERVAL);

  /** Whether it should count now. */
  public boolean active() {
    return state == ProbeState.Active;
  }

  /** Whether what it matches changes as pods come and go. */
  public boolean followsPods() {
    return match.namespaces != null && !match.namespaces.isEmpty();
  }

  /**
   * Those of all DropProbes that are this node's, sorted by name. One that is being deleted is
   * none.
   *
   * @param node the own Node
   * @param history takes note of what is selected
   */
  public static List<DesiredProbe> select(
      Collection<DropProbe> all, NodeFacts node, History history, Instant now) {
    List<DesiredProbe> wanted =
        all.stream()
            .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
            .filter(p -> NodeSelection.selects(p.getSpec(), node, history.selected(p)))
            .map(p -> of(p, history, now))
            .sorted(Comparator.comparing(DesiredProbe::name))
            .toList();
    history.remember(wanted);
    return wanted;
  }

  private static DesiredProbe of(DropProbe p, History history, Instant now) {
    Match match = p.getSpec().match;
    String series = Series.of(p.getSpec());
    Instant end = Wanted.end(p, history.begin(p, series, now));
    return new DesiredProbe(
        p.getMetadata().getName(),
        p.getMetadata().getUid(),
        History.generation(p),
        series,
        Wanted.state(p.getSpec(), end, now),
        end,
        match == null ? new Match() : match,
        p.getSpec().stages == Stages.Enabled,
        interval(p));
  }

  /** The one in force is the operator's, which stretches it in large clusters. */
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
