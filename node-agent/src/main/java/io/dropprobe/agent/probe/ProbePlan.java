package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.agent.pod.PodNetworks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The way from the probes that are in the kernel to those that are wanted. A pure function; the
 * same state gives the same steps, and none when nothing is to be done.
 *
 * @param steps in order
 * @param verdicts by uid, for wanted probes that no step can help; the others are on their way
 * @param options by uid: what each wanted probe is added with
 */
record ProbePlan(
    List<Step> steps, Map<String, Verdict> verdicts, Map<String, Options.Result> options) {

  /** Can a probe in the kernel go on counting for a wanted one of the same uid? */
  interface Fits {
    boolean fits(ProbeSnapshot there, WantedProbe wanted, String options);
  }

  /**
   * @param me this node's name
   * @param lease in seconds
   * @param netns by epoch: the network namespaces that this agent has set
   * @param cluster uids of all DropProbes, wanted here or not
   */
  static ProbePlan of(
      List<WantedProbe> wanted,
      List<ProbeSnapshot> there,
      String me,
      long lease,
      Set<String> cluster,
      ReasonNames reasons,
      PodNetworks networks,
      Map<String, String> netns,
      Fits fits) {
    Planner p = new Planner(me, lease, reasons, networks, netns, fits);
    Map<String, WantedProbe> byName =
        wanted.stream().collect(Collectors.toMap(WantedProbe::name, Function.identity()));
    for (ProbeSnapshot probe : there) {
      WantedProbe same = byName.get(probe.name());
      if (!probe.manual() && (same == null || !same.uid().equals(probe.uid()))) {
        p.unwanted(probe, cluster);
      }
    }
    Map<String, ProbeSnapshot> thereByName =
        there.stream().collect(Collectors.toMap(ProbeSnapshot::name, Function.identity()));
    wanted.forEach(w -> p.wanted(w, thereByName.get(w.name())));
    return new ProbePlan(List.copyOf(p.steps), Map.copyOf(p.verdicts), Map.copyOf(p.options));
  }

  private static final class Planner {
    final List<Step> steps = new ArrayList<>();
    final Map<String, Verdict> verdicts = new HashMap<>();
    final Map<String, Options.Result> options = new HashMap<>();
    private final String me;
    private final long lease;
    private final ReasonNames reasons;
    private final PodNetworks networks;
    private final Map<String, String> netns;
    private final Fits fits;

    Planner(
        String me,
        long lease,
        ReasonNames reasons,
        PodNetworks networks,
        Map<String, String> netns,
        Fits fits) {
      this.me = me;
      this.lease = lease;
      this.reasons = reasons;
      this.networks = networks;
      this.netns = netns;
      this.fits = fits;
    }

    /** Ours goes. So does what a dead owner has left of a DropProbe that is no more. */
    void unwanted(ProbeSnapshot probe, Set<String> cluster) {
      if (probe.ownedBy(me)) {
        remove(probe);
      } else if (probe.lease() == 0 && !cluster.contains(probe.uid())) {
        steps.add(new Step.Renew(probe.name(), probe.uid()));
        remove(probe);
      }
    }

    void wanted(WantedProbe w, ProbeSnapshot there) {
      boolean same = there != null && there.uid().equals(w.uid());
      if (there != null && there.heldByAnother(me)) {
        verdicts.put(w.uid(), same ? elsewhere(there) : oldNamesake(there));
        return;
      }
      Options.Result result = Options.of(w, reasons, networks);
      options.put(w.uid(), result);
      if (same) {
        goOn(w, there, result);
      } else {
        add(w, result);
      }
    }

    private void goOn(WantedProbe w, ProbeSnapshot there, Options.Result options) {
      if (!there.ownedBy(me) || there.lease() * 3 <= lease * 2) {
        steps.add(new Step.Renew(w.name(), w.uid()));
      }
      if (!fits.fits(there, w, options.words())) {
        remove(there);
        add(w, options);
        return;
      }
      // Before it counts. What another agent or an earlier process has set is not known.
      String set = there.ownedBy(me) ? netns.get(there.epoch()) : null;
      if (options.netns() != null && !options.netns().equals(set)) {
        steps.add(new Step.SetNetns(w, there.epoch(), options.netns()));
      }
      if (w.active() && !there.active()) {
        steps.add(new Step.Activate(w.name(), w.uid()));
      } else if (!w.active() && there.active()) {
        steps.add(new Step.Deactivate(w.name(), w.uid()));
      }
    }

    private void add(WantedProbe w, Options.Result options) {
      steps.add(new Step.Add(w, options));
      if (w.active()) {
        steps.add(new Step.Activate(w.name(), w.uid()));
      }
    }

    private void remove(ProbeSnapshot probe) {
      if (probe.active()) {
        steps.add(new Step.Deactivate(probe.name(), probe.uid()));
      }
      steps.add(new Step.Remove(probe));
    }

    private static Verdict elsewhere(ProbeSnapshot there) {
      return new Verdict.Elsewhere(
          there.owner(), "node " + there.owner() + " shares this kernel and counts for both");
    }

    private static Verdict oldNamesake(ProbeSnapshot there) {
      return new Verdict.Pending(
          "node "
              + there.owner()
              + ", which shares this kernel, still has an earlier probe of this name");
    }
  }
}
