package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.ModuleSight;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.agent.pod.PodNetworks;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings the probes in the kernel to what is wanted. Belongs to the loop. */
public final class ProbeKeeper {
  private static final System.Logger LOG = System.getLogger(ProbeKeeper.class.getName());

  private final Kernel kernel;
  private final Ledger ledger;
  private final PodNetworks.Source networks;
  private final StepRunner runner;
  private final String me;
  private final long lease;

  /**
   * @param me this node's name, the owner of its probes
   * @param lease in seconds
   */
  public ProbeKeeper(
      Kernel kernel, Ledger ledger, PodNetworks.Source networks, String me, long lease) {
    this.kernel = kernel;
    this.ledger = ledger;
    this.networks = networks;
    this.runner = new StepRunner(kernel, ledger, me, lease);
    this.me = me;
    this.lease = lease;
  }

  /**
   * Plans, acts, reads back.
   *
   * @param nodeUid of this Node object
   * @param cluster uids of all DropProbes
   * @return how each wanted probe fares, in the order given
   * @throws IOException when the kernel's files can't be read
   */
  public List<ProbeResult> pass(List<WantedProbe> wanted, String nodeUid, Set<String> cluster)
      throws IOException {
    ReasonNames reasons = kernel.reasons();
    boolean byPods = wanted.stream().anyMatch(WantedProbe::followsPods);
    ProbePlan plan =
        ProbePlan.of(
            wanted,
            kernel.probes(),
            me,
            lease,
            cluster,
            reasons,
            byPods ? networks.look() : PodNetworks.NONE,
            runner.netns(),
            (there, w, options) -> ledger.fits(there, w.series(), nodeUid, options));
    Map<String, Verdict> failed = runner.run(plan.steps(), nodeUid);
    Map<String, ProbeSnapshot> after = new HashMap<>();
    for (ProbeSnapshot p : kernel.probes()) {
      after.put(p.uid(), p);
      if (!p.manual() && !p.ownedBy(me)) {
        ledger.handedOver(p);
      }
    }
    runner.forgetOthers(after.values());
    List<ProbeResult> results =
        wanted.stream().map(w -> result(w, plan, failed, after.get(w.uid()), nodeUid)).toList();
    ledger.saveChanges();
    return results;
  }

  private ProbeResult result(
      WantedProbe w,
      ProbePlan plan,
      Map<String, Verdict> failed,
      ProbeSnapshot there,
      String nodeUid) {
    boolean mine = there != null && there.ownedBy(me);
    Verdict verdict = failed.getOrDefault(w.name(), plan.verdicts().get(w.uid()));
    Options.Result options = plan.options().get(w.uid());
    if (mine && options != null && ledger.fits(there, w.series(), nodeUid, options.words())) {
      ledger.read(there, w.series(), nodeUid, options.words());
    }
    if (verdict == null) {
      verdict =
          mine && options != null && there.active() == w.active()
              ? new Verdict.AsWanted(options.note())
              : new Verdict.Pending("being brought to the wanted state");
    }
    return new ProbeResult(w, verdict, mine ? there : null);
  }

  /**
   * Takes all probes of this node out of the kernel, their last counts saved.
   *
   * @throws KernelException when one can't be removed
   * @throws IOException when the last counts can't be read
   */
  public void removeAll() throws KernelException, IOException {
    for (ProbeSnapshot p : kernel.probes()) {
      if (p.ownedBy(me)) {
        if (p.active()) {
          kernel.command(Commands.of("deactivate", p.name(), p.uid(), me));
        }
        runner.remove(p);
      }
    }
    ledger.save();
  }

  /** Keeps what is ours alive while nobody knows what is wanted (no API yet). */
  public void renewAll() {
    if (!(kernel.module() instanceof ModuleSight.Live)) {
      return;
    }
    Set<String> done = new HashSet<>();
    try {
      for (ProbeSnapshot p : kernel.probes()) {
        if (p.ownedBy(me) && p.lease() * 3 <= lease * 2 && done.add(p.name())) {
          kernel.command(Commands.renew(p.name(), p.uid(), me, lease));
        }
      }
    } catch (IOException | KernelException e) {
      LOG.log(System.Logger.Level.WARNING, "leases can''t be renewed: {0}", e.toString());
    }
  }
}
