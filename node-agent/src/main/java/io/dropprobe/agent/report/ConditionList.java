// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static io.dropprobe.api.schema.Conditions.Node.AS_DESIRED;
import static io.dropprobe.api.schema.Conditions.Node.AWAITING_CANARY;
import static io.dropprobe.api.schema.Conditions.Node.BUILDING;
import static io.dropprobe.api.schema.Conditions.Node.BUILT;
import static io.dropprobe.api.schema.Conditions.Node.HEADERS_FOUND;
import static io.dropprobe.api.schema.Conditions.Node.HEADERS_PRESENT;
import static io.dropprobe.api.schema.Conditions.Node.IN_ORDER;
import static io.dropprobe.api.schema.Conditions.Node.KERNEL_SUPPORTED;
import static io.dropprobe.api.schema.Conditions.Node.LOADED;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_BUILT;
import static io.dropprobe.api.schema.Conditions.Node.MODULE_LOADED;
import static io.dropprobe.api.schema.Conditions.Node.NOT_NEEDED;
import static io.dropprobe.api.schema.Conditions.Node.NOT_REACHED;
import static io.dropprobe.api.schema.Conditions.Node.NO_PROBE;
import static io.dropprobe.api.schema.Conditions.Node.OWNED_ELSEWHERE;
import static io.dropprobe.api.schema.Conditions.Node.PROBES_ACTIVE;
import static io.dropprobe.api.schema.Conditions.Node.PROBE_FAILED;
import static io.dropprobe.api.schema.Conditions.Node.SUPPORTED;

import io.dropprobe.agent.module.ModuleFile;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.probe.ProbeResult;
import io.dropprobe.agent.probe.Verdict;
import io.dropprobe.api.rules.ConditionSet;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The node's conditions, in the order in which they can fail. A condition is False only if somebody
 * must act. It is Unknown if it is not needed, not reached or in progress, so the first False one
 * is the problem.
 */
final class ConditionList {
  private static final String TRUE = "True";
  private static final String FALSE = "False";
  private static final String UNKNOWN = "Unknown";

  private final ConditionSet conditions;

  private ConditionList(@Nullable List<Condition> previous, Instant now) {
    this.conditions = new ConditionSet(previous, null, now);
  }

  /**
   * Makes the conditions.
   *
   * @param previous conditions of the last report, for lastTransitionTime; null means none
   * @param waiting whether the module waits until another node has proven it
   * @param namesReasons whether the kernel names its drop reasons
   * @param notes conditions that are reported only while they are False
   */
  static List<Condition> of(
      @Nullable List<Condition> previous,
      Instant now,
      ModuleOutcome module,
      boolean waiting,
      boolean namesReasons,
      List<ProbeResult> probes,
      List<Note> notes) {
    ConditionList c = new ConditionList(previous, now);
    c.module(module, waiting, namesReasons);
    c.probes(module, probes);
    notes.forEach(n -> c.add(n.condition(), FALSE, n.reason(), n.message()));
    return c.conditions.list();
  }

  private void module(ModuleOutcome m, boolean waiting, boolean namesReasons) {
    boolean loaded = m.state() == ModuleState.Loaded;
    boolean failed = false;
    for (String type : IN_ORDER.subList(0, IN_ORDER.size() - 1)) {
      if (m.problem() != null && m.problem().condition().equals(type)) {
        add(type, FALSE, m.problem().reason(), m.problem().message());
        failed = true;
      } else if (type.equals(MODULE_LOADED) && loaded) {
        add(type, TRUE, LOADED, loadedMessage(m, namesReasons));
      } else if (failed) {
        add(type, UNKNOWN, NOT_REACHED, "");
      } else {
        fine(type, m, waiting);
      }
    }
  }

  /** A condition before which none has failed. */
  private void fine(String type, ModuleOutcome m, boolean waiting) {
    ModuleFile origin = m.origin();
    boolean beyond = m.problem() != null;
    if (type.equals(KERNEL_SUPPORTED)) {
      add(type, TRUE, SUPPORTED, "");
    } else if (m.state() == ModuleState.Absent) {
      add(type, UNKNOWN, NOT_NEEDED, "no DropProbe selects this node");
    } else if (type.equals(MODULE_LOADED)) {
      add(type, UNKNOWN, waiting ? AWAITING_CANARY : NOT_REACHED, m.note());
    } else if (origin != null || beyond) {
      boolean headers = type.equals(HEADERS_FOUND);
      String reason = headers ? HEADERS_PRESENT : BUILT;
      String message = origin == null ? "" : headers ? origin.headers() : origin.compiler();
      add(type, TRUE, reason, message);
    } else if (type.equals(MODULE_BUILT)) {
      add(type, UNKNOWN, BUILDING, m.note());
    } else {
      add(type, UNKNOWN, NOT_REACHED, "");
    }
  }

  private static String loadedMessage(ModuleOutcome m, boolean namesReasons) {
    String note = m.note() == null ? "" : m.note();
    String reasons =
        namesReasons ? "" : "this kernel has no drop reasons; see the locations of the drops";
    return note.isEmpty() || reasons.isEmpty() ? note + reasons : note + "; " + reasons;
  }

  private void probes(ModuleOutcome module, List<ProbeResult> probes) {
    if (probes.isEmpty()) {
      add(PROBES_ACTIVE, UNKNOWN, NO_PROBE, "no DropProbe selects this node");
      return;
    }
    ProbeResult failed = first(probes, Verdict.Failed.class);
    ProbeResult elsewhere = first(probes, Verdict.Elsewhere.class);
    if (module.state() != ModuleState.Loaded) {
      add(PROBES_ACTIVE, UNKNOWN, NOT_REACHED, "");
    } else if (failed != null) {
      Verdict.Failed f = (Verdict.Failed) failed.verdict();
      add(
          PROBES_ACTIVE,
          FALSE,
          PROBE_FAILED,
          "DropProbe " + failed.desired().name() + ": " + f.message());
    } else if (first(probes, Verdict.Pending.class) != null) {
      add(
          PROBES_ACTIVE,
          UNKNOWN,
          NOT_REACHED,
          "some probes are not in their desired state yet; see their messages");
    } else if (elsewhere != null) {
      // The other node counts for both nodes, so this is no problem.
      add(
          PROBES_ACTIVE,
          TRUE,
          OWNED_ELSEWHERE,
          ((Verdict.Elsewhere) elsewhere.verdict()).message());
    } else {
      add(PROBES_ACTIVE, TRUE, AS_DESIRED, "");
    }
  }

  private static @Nullable ProbeResult first(
      List<ProbeResult> probes, Class<? extends Verdict> kind) {
    return probes.stream().filter(p -> kind.isInstance(p.verdict())).findFirst().orElse(null);
  }

  private void add(String type, String status, String reason, @Nullable String message) {
    conditions.set(type, status, reason, message);
  }
}
