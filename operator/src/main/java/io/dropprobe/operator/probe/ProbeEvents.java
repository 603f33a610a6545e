// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.Problem;
import io.dropprobe.operator.events.EventRecorder;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Objects;

/** The Events of a DropProbe. */
final class ProbeEvents {
  private final EventRecorder events;

  ProbeEvents(EventRecorder events) {
    this.events = events;
  }

  /** Emits what is new in a status that has been written. */
  void changed(DropProbe probe, StatusChange change) {
    change.conditionsToEmit().forEach(c -> emit(probe, c));
    change.problemsToEmit().forEach(p -> emit(probe, p));
    if (change.restartsCounts(probe.getSpec())) {
      events.normal(
          probe,
          Conditions.Event.COUNTS_RESTARTED,
          "the counts start at zero: from this version on, packets are counted as lost, refused,"
              + " unclear or noise; counts of earlier versions are not added to these");
    }
  }

  /** Emits which nodes a deletion has not waited for. */
  void deleted(DropProbe probe, Deletion deletion) {
    if (!deletion.unavailable().isEmpty()) {
      events.warning(
          probe,
          Conditions.Event.DELETED_WITHOUT_NODES,
          "deleted without waiting for %s, NotReady, without a recent report, or waited for too long; the probe is removed there by the agent or when its lease expires"
              .formatted(NameList.shorten(deletion.unavailable())));
    }
    if (!deletion.deleted().isEmpty()) {
      events.normal(
          probe,
          Conditions.Event.DELETED_WITH_MISSING_NODES,
          "deleted; these Nodes no longer exist: " + NameList.shorten(deletion.deleted()));
    }
  }

  private void emit(DropProbe probe, Condition c) {
    if (StatusChange.good(c)) {
      events.normal(probe, c.getReason(), c.getMessage());
    } else {
      events.warning(probe, c.getReason(), c.getMessage());
    }
  }

  private void emit(DropProbe probe, Problem p) {
    events.warning(
        probe,
        Objects.requireNonNull(p.reason),
        "on %d of the selected nodes, for example %s: %s".formatted(p.nodes, p.example, p.message));
  }
}
