package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.ModuleSight;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.ReasonNames;
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
  private final String me;
  private final long lease;

  /**
   * @param me this node's name, the owner of its probes
   * @param lease in seconds
   */
  public ProbeKeeper(Kernel kernel, Ledger ledger, String me, long lease) {
    this.kernel = kernel;
    this.ledger = ledger;
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
    ProbePlan plan =
        ProbePlan.of(
            wanted,
            kernel.probes(),
            me,
            lease,
            cluster,
            reasons,
            (there, w, options) -> ledger.fits(there, w.series(), nodeUid, options));
    Map<String, Verdict> failed = run(plan.steps(), nodeUid);
    Map<String, ProbeSnapshot> after = new HashMap<>();
    for (ProbeSnapshot p : kernel.probes()) {
      after.put(p.uid(), p);
      if (!p.manual() && !p.ownedBy(me)) {
        ledger.handedOver(p);
      }
    }
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

  /** By name of the probe, what went wrong. */
  private Map<String, Verdict> run(List<Step> steps, String nodeUid) throws IOException {
    Map<String, Verdict> failed = new HashMap<>();
    for (Step step : steps) {
      if (failed.containsKey(step.name())) {
        continue;
      }
      try {
        run(step, nodeUid);
      } catch (KernelException e) {
        LOG.log(System.Logger.Level.WARNING, "{0}: {1}", step.name(), e.getMessage());
        failed.put(step.name(), Refusals.verdict(step, e));
      }
    }
    return failed;
  }

  private void run(Step step, String nodeUid) throws KernelException, IOException {
    if (step instanceof Step.Add a) {
      add(a);
      remember(a, nodeUid);
    } else if (step instanceof Step.Remove r) {
      remove(r.probe());
    } else if (step instanceof Step.Renew n) {
      kernel.command(Commands.renew(n.name(), n.uid(), me, lease));
    } else if (step instanceof Step.Activate n) {
      kernel.command(Commands.of("activate", n.name(), n.uid(), me));
    } else if (step instanceof Step.Deactivate n) {
      kernel.command(Commands.of("deactivate", n.name(), n.uid(), me));
    }
    if (!(step instanceof Step.Renew)) {
      LOG.log(System.Logger.Level.INFO, "{0}: {1}", step.getClass().getSimpleName(), step.name());
    }
  }

  private void add(Step.Add add) throws KernelException {
    try {
      kernel.command(Commands.tagged(add, me, lease));
    } catch (KernelException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      // A module from before tags: what it says now is about the rest.
      kernel.command(Commands.add(add, me, lease));
    }
  }

  /** The epoch is on the disk before it counts, so that no count is ever of an unknown one. */
  private void remember(Step.Add added, String nodeUid) throws IOException {
    WantedProbe w = added.probe();
    for (ProbeSnapshot p : kernel.probes()) {
      if (p.uid().equals(w.uid())) {
        ledger.read(p, w.series(), nodeUid, added.options());
      }
    }
    ledger.saveChanges();
  }

  private void remove(ProbeSnapshot probe) throws KernelException, IOException {
    kernel.probes().stream().filter(p -> p.uid().equals(probe.uid())).forEach(ledger::lastRead);
    ledger.saveChanges();
    kernel.command(Commands.of("remove", probe.name(), probe.uid(), me));
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
        remove(p);
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
