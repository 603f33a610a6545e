// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbe;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Detects DropProbes that are not reconciled any more, although the framework runs: it can lose the
 * events of one object (java-operator-sdk issue 3416), and its metrics are kept fresh by the
 * others.
 */
@ApplicationScoped
public class PassWatch {
  /** The longest time without a pass; every minute brings one. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Time time;

  /** The last pass in milliseconds of the monotonic clock, by uid. */
  private final Map<String, Long> passes = new ConcurrentHashMap<>();

  /** For one operator. */
  @Inject
  public PassWatch(Time time) {
    this.time = time;
  }

  /** A pass for a DropProbe has ended, with or without an error. */
  public void passed(DropProbe probe) {
    passes.put(probe.getMetadata().getUid(), time.millis());
  }

  /**
   * Returns the names of those that have had no pass for {@link #PATIENCE}, or never since they
   * were first given here. To be called regularly while the reconcilers run.
   *
   * @param probes all that exist
   */
  List<String> overdue(Collection<DropProbe> probes) {
    passes
        .keySet()
        .retainAll(probes.stream().map(p -> p.getMetadata().getUid()).collect(Collectors.toSet()));
    return probes.stream()
        .filter(PassWatch::isReconciled)
        .filter(
            p ->
                time.millis() - passes.computeIfAbsent(p.getMetadata().getUid(), u -> time.millis())
                    >= PATIENCE.toMillis())
        .map(p -> p.getMetadata().getName())
        .sorted()
        .toList();
  }

  /**
   * Whether the framework calls the reconciler for it. It adds the finalizer first; while it may
   * not, a restart would help nothing. Without the finalizer the deletion is done.
   */
  private static boolean isReconciled(DropProbe probe) {
    return probe.getMetadata().getFinalizers().contains(Names.FINALIZER);
  }
}
