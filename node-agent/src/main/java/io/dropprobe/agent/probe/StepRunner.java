// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs steps, and records with each what must not be lost. */
final class StepRunner {
  private static final System.Logger LOG = System.getLogger(StepRunner.class.getName());

  private final Kernel kernel;
  private final Ledger ledger;
  private final String me;
  private final long lease;
  private final Map<String, String> netns = new HashMap<>();

  /** The refusal that was logged last, by DropProbe: the same again, in each pass, is not news. */
  private final Map<String, String> logged = new HashMap<>();

  StepRunner(Kernel kernel, Ledger ledger, Owner owner) {
    this.kernel = kernel;
    this.ledger = ledger;
    this.me = owner.node();
    this.lease = owner.lease();
  }

  /** Network namespaces by epoch that this process has set; the module does not show them. */
  Map<String, String> netns() {
    return Collections.unmodifiableMap(netns);
  }

  /** Forgets epochs that have ended or that another node owns now. */
  void forgetOthers(Collection<ProbeSnapshot> probes) {
    netns
        .keySet()
        .retainAll(probes.stream().filter(p -> p.ownedBy(me)).map(ProbeSnapshot::epoch).toList());
  }

  /**
   * Runs the steps.
   *
   * @param module the module that takes the commands
   * @return a verdict for each probe with a failed step, by its name
   */
  Map<String, Verdict> run(List<Step> steps, String nodeUid, ObservedModule module)
      throws IOException {
    Map<String, Verdict> failed = new HashMap<>();
    for (Step step : steps) {
      if (failed.containsKey(step.name())) {
        continue;
      }
      try {
        run(step, nodeUid);
      } catch (KernelException e) {
        Verdict verdict = Refusals.verdict(step, e, module);
        failed.put(step.name(), verdict);
        log(step, e, verdict);
      }
    }
    logged.keySet().retainAll(failed.keySet());
    return failed;
  }

  private void log(Step step, KernelException e, Verdict verdict) {
    String meaning =
        verdict instanceof Verdict.Failed f ? f.message() : "the next pass tries again";
    if (!e.getMessage().equals(logged.put(step.name(), e.getMessage()))) {
      LOG.log(
          System.Logger.Level.WARNING,
          "DropProbe {0}: the module refused a command: {1}; {2}",
          step.name(),
          e.getMessage(),
          meaning);
    }
  }

  private void run(Step step, String nodeUid) throws KernelException, IOException {
    if (step instanceof Step.Add a) {
      kernel.command(Commands.add(a, me, lease));
      remember(a, nodeUid);
    } else if (step instanceof Step.Remove r) {
      remove(r.probe());
    } else if (step instanceof Step.Renew n) {
      kernel.command(Commands.renew(n.name(), n.uid(), me, lease));
    } else if (step instanceof Step.SetNetns s) {
      kernel.command(Commands.set(s, me));
      netns.put(s.epoch(), s.netns());
    } else if (step instanceof Step.Activate n) {
      kernel.command(Commands.of("activate", n.name(), n.uid(), me));
    } else if (step instanceof Step.Deactivate n) {
      kernel.command(Commands.of("deactivate", n.name(), n.uid(), me));
    }
    if (!(step instanceof Step.Renew)) {
      LOG.log(System.Logger.Level.INFO, "DropProbe {0}: {1}", step.name(), step.done());
    }
  }

  /**
   * Reads the epoch, which the kernel has just chosen. It is on the disk before the probe is
   * activated, so that no count ever belongs to an unknown epoch.
   */
  private void remember(Step.Add added, String nodeUid) throws IOException {
    DesiredProbe probe = added.probe();
    Optional<ProbeSnapshot> fresh =
        kernel.probe(probe.name()).filter(p -> p.uid().equals(probe.uid()));
    if (fresh.isPresent()) {
      Options.Result options = added.options();
      ledger.record(
          fresh.get(),
          netstat(probe.name()),
          probe.series(),
          nodeUid,
          options.fixed(),
          options.netns() != null);
      if (added.options().netns() != null) {
        netns.put(fresh.get().epoch(), added.options().netns());
      }
    }
    ledger.saveChanges();
  }

  private Netstat netstat(String probe) {
    Netstat read = kernel.netstatOrNull(probe, Interfaces.NONE);
    return read == null ? Netstat.NONE : read;
  }

  void deactivate(ProbeSnapshot probe) throws KernelException {
    kernel.command(Commands.of("deactivate", probe.name(), probe.uid(), me));
  }

  /**
   * Removes a probe that is inactive. Its counts are read here and not taken from the observation:
   * packets were counted between that and the deactivation, and the removal drops them.
   */
  void remove(ProbeSnapshot probe) throws KernelException, IOException {
    Optional<ProbeSnapshot> last =
        kernel.probe(probe.name()).filter(p -> p.uid().equals(probe.uid()));
    if (last.isPresent()) {
      ledger.recordLast(last.get(), netstat(probe.name()));
    }
    ledger.saveChanges();
    kernel.command(Commands.of("remove", probe.name(), probe.uid(), me));
  }
}
