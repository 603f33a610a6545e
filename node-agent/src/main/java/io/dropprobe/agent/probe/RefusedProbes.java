// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.trial.Hook;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The desired probes that the kernel refused when they were last added or activated. A module can
 * do nothing about it, so no module waits for them, and no trial of their hooks is begun, before a
 * pause is over or the DropProbes of this node change: that may have made room. Where their hooks
 * are open, they are tried in each pass.
 */
final class RefusedProbes {
  /** Each time that a probe is wanted again and refused again it doubles: its counts have a gap. */
  private static final Duration FIRST_PAUSE = Duration.ofMinutes(10);

  private static final Duration LAST_PAUSE = Duration.ofHours(6);

  private final Time time;

  /** By UID. */
  private Map<String, Refusal> refusals = Map.of();

  /** Generations by UID in the last attempt. */
  private Map<String, Long> seen = Map.of();

  RefusedProbes(Time time) {
    this.time = time;
  }

  /**
   * A refusal.
   *
   * @param hooks of the attempt
   * @param until when the probe is wanted again, in milliseconds of the clock
   */
  private record Refusal(Verdict.Failed verdict, Set<Hook> hooks, long until, Duration pause) {
    /** The same, wanted again from now on. */
    Refusal wanted(long now) {
      return new Refusal(verdict, hooks, now, FIRST_PAUSE.dividedBy(2));
    }
  }

  /** By UID: why they were refused. */
  Map<String, Verdict> verdicts() {
    return refusals.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().verdict));
  }

  /** Whether nothing is to be done for a probe now but to try it where its hooks are open. */
  boolean isLeftOut(DesiredState desired, DesiredProbe probe) {
    Refusal refusal = refusals.get(probe.uid());
    return refusal != null && time.millis() < refusal.until && generations(desired).equals(seen);
  }

  /** Takes the result of an attempt. */
  void record(DesiredState desired, Attempt attempt) {
    boolean changed = !generations(desired).equals(seen);
    seen = generations(desired);
    Map<String, Refusal> after = new HashMap<>();
    for (DesiredProbe d : desired.probes()) {
      Refusal before = refusals.get(d.uid());
      Verdict failed = attempt.failed().get(d.name());
      if (failed instanceof Verdict.Failed f) {
        after.put(d.uid(), refusal(f, attempt.plan().hooks(d), changed ? null : before));
      } else if (before != null && (failed != null || !disproves(attempt.plan(), d, before))) {
        after.put(d.uid(), changed ? before.wanted(time.millis()) : before);
      }
    }
    refusals = Map.copyOf(after);
  }

  private Refusal refusal(Verdict.Failed verdict, Set<Hook> hooks, @Nullable Refusal before) {
    Duration pause = before == null ? FIRST_PAUSE : before.pause;
    if (before != null && time.millis() >= before.until) {
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LAST_PAUSE) < 0 ? longer : LAST_PAUSE;
    }
    return new Refusal(verdict, hooks, time.in(pause), pause);
  }

  private static Map<String, Long> generations(DesiredState desired) {
    return desired.probes().stream()
        .collect(Collectors.toMap(DesiredProbe::uid, DesiredProbe::generation));
  }

  /** Whether a probe without a failed step is not refused any more. */
  private static boolean disproves(ProbePlan plan, DesiredProbe d, Refusal before) {
    return plan.verdicts().get(d.uid()) instanceof Verdict.Elsewhere
        || (plan.options().containsKey(d.uid()) && plan.hooks(d).containsAll(before.hooks));
  }
}
