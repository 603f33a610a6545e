// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.observe.Observation;
import io.dropprobe.agent.trial.HookGate;
import io.dropprobe.api.trial.Hook;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The steps that lead from the observed probes to the desired ones. A pure function: the same state
 * gives the same steps, and none when nothing has to be done.
 *
 * @param steps in order
 * @param verdicts by UID, for desired probes that no step can help
 * @param options by UID: what each desired probe is added with
 */
record ProbePlan(
    List<Step> steps, Map<String, Verdict> verdicts, Map<String, Options.Result> options) {

  /** The hooks that the steps of a probe attach: without those of its stages where they wait. */
  Set<Hook> hooks(DesiredProbe probe) {
    return (verdicts.containsKey(probe.uid()) ? probe.withoutStages() : probe).hooks();
  }

  /** No steps. */
  static final ProbePlan NONE = new ProbePlan(List.of(), Map.of(), Map.of());

  /** Whether a probe in the kernel can go on counting for a desired one of the same UID. */
  interface Fits {
    boolean fits(ProbeSnapshot observed, DesiredProbe desired, String options);
  }

  /**
   * @param refused by UID: why the kernel refused probes when they were last added
   * @param me owner of this node's probes
   * @param netns by epoch: the network namespaces that this agent has set
   * @param opening the module's hooks that probes may attach
   */
  static ProbePlan of(
      DesiredState desired,
      Observation observed,
      Map<String, Verdict> refused,
      Owner me,
      Map<String, String> netns,
      HookGate.Opening opening,
      Fits fits) {
    Map<String, ProbeSnapshot> byName =
        observed.probes().stream()
            .collect(Collectors.toMap(ProbeSnapshot::name, Function.identity()));
    Slots slots = slots(desired, observed, refused.keySet(), me);
    Planner p = new Planner(observed, refused, me, netns, opening, fits, slots);
    ofNodes(observed).filter(removed(desired, me)).forEach(p::undesired);
    desired.probes().forEach(d -> p.desired(d, byName.get(d.name())));
    return new ProbePlan(List.copyOf(p.steps), Map.copyOf(p.verdicts), Map.copyOf(p.options));
  }

  /**
   * Which desired probes the kernel has room for.
   *
   * @param refused UIDs of probes that the kernel refused when they were last added
   * @param me owner of this node's probes
   */
  static Slots slots(DesiredState desired, Observation observed, Set<String> refused, Owner me) {
    List<ProbeSnapshot> staying = ofNodes(observed).filter(removed(desired, me).negate()).toList();
    return Slots.of(staying, missing(desired, staying), refused, me);
  }

  private static Stream<ProbeSnapshot> ofNodes(Observation observed) {
    return observed.probes().stream().filter(o -> !o.manual());
  }

  private static Predicate<ProbeSnapshot> removed(DesiredState desired, Owner me) {
    Set<String> existing = desired.existingUids();
    return o -> !desired.contains(o.uid()) && removable(o, existing, me);
  }

  /** One of this node, and one of a deleted DropProbe whose owner has let its lease expire. */
  private static boolean removable(ProbeSnapshot undesired, Set<String> existing, Owner me) {
    return me.owns(undesired) || (undesired.lease() == 0 && !existing.contains(undesired.uid()));
  }

  /** The desired probes that are not in the kernel, and whose name is free there. */
  private static List<DesiredProbe> missing(DesiredState desired, List<ProbeSnapshot> staying) {
    Set<String> names = staying.stream().map(ProbeSnapshot::name).collect(Collectors.toSet());
    return desired.probes().stream().filter(d -> !names.contains(d.name())).toList();
  }

  private static final class Planner {
    final List<Step> steps = new ArrayList<>();
    final Map<String, Verdict> verdicts = new HashMap<>();
    final Map<String, Options.Result> options = new HashMap<>();
    private final Observation observed;
    private final Map<String, Verdict> refused;
    private final Owner me;
    private final Map<String, String> netns;
    private final HookGate.Opening opening;
    private final Fits fits;
    private final Slots slots;

    Planner(
        Observation observed,
        Map<String, Verdict> refused,
        Owner me,
        Map<String, String> netns,
        HookGate.Opening opening,
        Fits fits,
        Slots slots) {
      this.observed = observed;
      this.refused = refused;
      this.me = me;
      this.netns = netns;
      this.opening = opening;
      this.fits = fits;
      this.slots = slots;
    }

    void undesired(ProbeSnapshot probe) {
      if (!me.owns(probe)) {
        steps.add(new Step.Renew(probe.name(), probe.uid()));
      }
      remove(probe);
    }

    void desired(DesiredProbe desired, @Nullable ProbeSnapshot probe) {
      boolean same = probe != null && probe.uid().equals(desired.uid());
      if (probe != null && probe.leasedByAnother(me.node())) {
        verdicts.put(desired.uid(), same ? elsewhere(probe) : oldNamesake(probe));
        return;
      }
      if (slots.waiting().contains(desired.uid())) {
        verdicts.put(desired.uid(), slots.verdict());
        return;
      }
      HookGate.Obstacle obstacle = opening.before(desired.hooks());
      DesiredProbe possible = desired;
      if (obstacle != null) {
        // The last attempt says more than that the next one is not due.
        Verdict last = refused.get(desired.uid());
        verdicts.put(desired.uid(), last != null ? last : Verdict.of(obstacle));
        possible = desired.withoutStages();
        if (opening.before(possible.hooks()) != null) {
          if (probe != null && same && me.owns(probe) && me.renewalDue(probe)) {
            steps.add(new Step.Renew(desired.name(), desired.uid()));
          }
          return;
        }
      }
      Options.Result result = Options.of(possible, observed.reasons(), observed.podNetns());
      options.put(desired.uid(), result);
      if (probe != null && same) {
        keep(possible, probe, result);
      } else {
        add(possible, result);
      }
    }

    private void keep(DesiredProbe desired, ProbeSnapshot probe, Options.Result options) {
      if (!me.owns(probe) || me.renewalDue(probe)) {
        steps.add(new Step.Renew(desired.name(), desired.uid()));
      }
      if (!fits.fits(probe, desired, options.fixed())) {
        remove(probe);
        add(desired, options);
        return;
      }
      // Before it is activated. What another agent or an earlier process has set is not known.
      String set = me.owns(probe) ? netns.get(probe.epoch()) : null;
      if (options.netns() != null && !options.netns().equals(set)) {
        steps.add(new Step.SetNetns(desired, probe.epoch(), options.netns()));
      }
      if (desired.active() && !probe.active()) {
        steps.add(new Step.Activate(desired.name(), desired.uid()));
      } else if (!desired.active() && probe.active()) {
        steps.add(new Step.Deactivate(desired.name(), desired.uid()));
      }
    }

    private void add(DesiredProbe desired, Options.Result options) {
      steps.add(new Step.Add(desired, options));
      if (desired.active()) {
        steps.add(new Step.Activate(desired.name(), desired.uid()));
      }
    }

    private void remove(ProbeSnapshot probe) {
      if (probe.active()) {
        steps.add(new Step.Deactivate(probe.name(), probe.uid()));
      }
      steps.add(new Step.Remove(probe));
    }

    private static Verdict elsewhere(ProbeSnapshot probe) {
      return new Verdict.Elsewhere(
          probe.owner(), "node " + probe.owner() + " shares this kernel and counts for both nodes");
    }

    private static Verdict oldNamesake(ProbeSnapshot probe) {
      return new Verdict.Pending(
          "waiting for node "
              + probe.owner()
              + ", which shares this kernel, to remove an earlier probe of this name");
    }
  }
}
