// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Account;
import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.count.Coverage;
import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.KernelException;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.observe.Observation;
import io.dropprobe.agent.probe.ProbeStates.Leftover;
import io.dropprobe.agent.probe.ProbeStates.Removed;
import io.dropprobe.agent.trial.HookGate;
import io.dropprobe.agent.trial.HookNeeds;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Brings the probes in the kernel to their desired state. Not thread-safe: used by the loop. */
public final class ProbeKeeper {
  private static final System.Logger LOG = System.getLogger(ProbeKeeper.class.getName());

  private final Kernel kernel;
  private final Ledger ledger;
  private final StepRunner runner;
  private final Owner me;
  private final Handover handover;
  private final FailureLog failures = new FailureLog();

  private final RefusedProbes refused;

  /** UIDs of the desired probes that waited for a slot when the kernel was last read. */
  private Set<String> waiting = Set.of();

  /** UIDs by name: the probes of this node when the kernel was last read. */
  private Map<String, String> owned = Map.of();

  /**
   * Reads nothing yet.
   *
   * @param me owner of this node's probes
   * @param reports asks the API server for the report of another node
   */
  public ProbeKeeper(
      Kernel kernel,
      Ledger ledger,
      Owner me,
      Time time,
      Function<String, CompletableFuture<Optional<DropProbeNodeStatus>>> reports) {
    this.kernel = kernel;
    this.ledger = ledger;
    this.runner = new StepRunner(kernel, ledger, me);
    this.me = me;
    this.refused = new RefusedProbes(time);
    this.handover = new Handover(ledger, me.node(), reports);
  }

  /**
   * The hooks that the probes need which the kernel has room for.
   *
   * @param observed the kernel at the beginning of the pass
   */
  public HookNeeds needs(DesiredState desired, Observation observed) {
    if (observed.error() == null) {
      waiting = ProbePlan.slots(desired, observed, refused.verdicts().keySet(), me).waiting();
    }
    return new HookNeeds(
        desired.hooks(d -> !waiting.contains(d.uid()) && !refused.isLeftOut(desired, d)),
        desired.hooks(d -> !waiting.contains(d.uid())));
  }

  /**
   * Plans the steps to the desired state, and takes them.
   *
   * @param observed the kernel before this pass changed any probe
   * @param opening the module's hooks that probes may attach
   */
  public Attempt act(DesiredState desired, Observation observed, HookGate.Opening opening) {
    String error = observed.error();
    if (error != null) {
      renewAll(observed);
      return Attempt.prevented(unreadable(error));
    }
    remember(observed);
    ProbePlan plan =
        ProbePlan.of(
            desired,
            observed,
            refused.verdicts(),
            me,
            runner.netns(),
            opening,
            (probe, d, options) -> ledger.fits(probe, d.series(), desired.nodeUid(), options));
    failures.changes(desired.probes(), plan.verdicts());
    try {
      Attempt attempt =
          new Attempt(plan, runner.run(plan.steps(), desired.nodeUid(), observed.module()), null);
      refused.record(desired, attempt);
      return attempt;
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "cannot read the module''s files: {0}; the next pass tries again",
          e.toString());
      return Attempt.prevented(unreadable(e.toString()));
    }
  }

  private static Verdict unreadable(String error) {
    return new Verdict.Failed(
        Conditions.Node.KERNEL_UNREADABLE,
        "the agent cannot read the module's files: " + error + "; it will retry, see its log");
  }

  /**
   * Records the counts, and says where the probes stand.
   *
   * @param attempt what this pass tried
   * @param after the kernel after the attempt
   */
  public ProbeStates record(DesiredState desired, Attempt attempt, Observation after) {
    remember(after);
    List<ProbeResult> results;
    if (attempt.obstacle() != null) {
      results = all(desired, attempt.obstacle());
    } else if (after.error() != null) {
      results = all(desired, unreadable(after.error()));
    } else {
      after.probes().stream().filter(p -> !p.manual() && !me.owns(p)).forEach(ledger::handedOver);
      runner.forgetOthers(after.probes());
      Map<String, ProbeSnapshot> byUid = after.byUid();
      results =
          desired.probes().stream()
              .map(d -> result(d, attempt, byUid.get(d.uid()), after, desired.nodeUid()))
              .toList();
    }
    if (desired.complete()) {
      ledger.retain(desired.existingUids());
    }
    ledger.saveChanges();
    List<Leftover> leftovers = leftovers(desired, after);
    return new ProbeStates(results, leftovers, removed(desired, leftovers));
  }

  /**
   * Records the counts while the desired state is not known: of the probes of this node that the
   * journal knows.
   *
   * @param observed the kernel, read without an error
   * @return their counts by name
   */
  public Map<String, Counts> recordAsAdded(Observation observed) {
    remember(observed);
    Map<String, Counts> byName = new TreeMap<>();
    for (ProbeSnapshot p : observed.ownedBy(me.node())) {
      ledger
          .recordAsAdded(p, observed.netstat().get(p.name()))
          .ifPresent(a -> byName.put(p.name(), a.total()));
    }
    return byName;
  }

  private List<ProbeResult> all(DesiredState desired, Verdict verdict) {
    return desired.probes().stream()
        .map(d -> new ProbeResult(d, verdict, null, account(d, desired.nodeUid()), null))
        .toList();
  }

  private ProbeResult result(
      DesiredProbe desired,
      Attempt attempt,
      @Nullable ProbeSnapshot observed,
      Observation after,
      String nodeUid) {
    ProbeSnapshot owned = observed != null && me.owns(observed) ? observed : null;
    Verdict verdict =
        attempt.failed().getOrDefault(desired.name(), attempt.plan().verdicts().get(desired.uid()));
    Options.Result options = attempt.plan().options().get(desired.uid());
    if (owned != null
        && options != null
        && ledger.fits(owned, desired.series(), nodeUid, options.fixed())
        && handover.settled(owned, desired, nodeUid, options.fixed())) {
      ledger.record(
          owned,
          after.netstat().get(owned.name()),
          desired.series(),
          nodeUid,
          options.fixed(),
          options.netns() != null);
    }
    if (verdict == null) {
      verdict =
          owned != null && options != null && owned.active() == desired.active()
              ? Verdict.AsDesired.of(owned, coverage(desired, nodeUid), options.note())
              : new Verdict.Pending("not in the desired state yet; the next pass continues");
    }
    Netstat netstat = owned == null ? null : after.lastNetstat().get(owned.name());
    // The node's cards are in none of a probe's namespaces.
    boolean ofNode = options != null && options.netns() == null;
    return new ProbeResult(
        desired,
        verdict,
        owned,
        account(desired, nodeUid),
        netstat == null || !ofNode || netstat.ofDevices().isEmpty() ? null : netstat.errors());
  }

  private @Nullable Coverage coverage(DesiredProbe desired, String nodeUid) {
    Account account = account(desired, nodeUid);
    return account == null ? null : account.coverage();
  }

  private @Nullable Account account(DesiredProbe desired, String nodeUid) {
    return ledger.find(desired.uid(), desired.series(), nodeUid).orElse(null);
  }

  private List<Leftover> leftovers(DesiredState desired, Observation after) {
    return after.ownedBy(me.node()).stream()
        .filter(p -> !desired.contains(p.uid()))
        .map(p -> new Leftover(p, leftoverAccount(p, desired.nodeUid())))
        .toList();
  }

  private @Nullable Account leftoverAccount(ProbeSnapshot p, String nodeUid) {
    return ledger.find(p.uid(), nodeUid).filter(a -> p.epoch().equals(a.epochId())).orElse(null);
  }

  private List<Removed> removed(DesiredState desired, List<Leftover> leftovers) {
    return desired.existing().stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
        .filter(p -> !desired.contains(p.getMetadata().getUid()))
        .filter(p -> leftovers.stream().noneMatch(l -> is(l, p.getMetadata().getUid())))
        .flatMap(p -> removed(p, desired.nodeUid()))
        .toList();
  }

  private static boolean is(Leftover leftover, String uid) {
    return leftover.observed().uid().equals(uid);
  }

  private Stream<Removed> removed(DropProbe p, String nodeUid) {
    String uid = p.getMetadata().getUid();
    return ledger
        .find(uid, nodeUid)
        .map(a -> new Removed(p.getMetadata().getName(), uid, History.generation(p), a))
        .stream();
  }

  /**
   * Saves the last counts of all probes of this node and removes the probes from the kernel. Reads
   * the kernel itself, because the unload that follows drops the counts of every probe that an
   * older or incomplete observation misses.
   *
   * @throws KernelException if the module refuses to remove one
   * @throws IOException if the last counts cannot be read
   */
  public void removeAll() throws KernelException, IOException {
    for (ProbeSnapshot p : kernel.probes()) {
      if (me.owns(p)) {
        if (p.active()) {
          runner.deactivate(p);
        }
        runner.remove(p);
      }
    }
    ledger.save();
  }

  private void remember(Observation observed) {
    if (observed.error() == null) {
      handover.observe(observed.probes());
      owned =
          observed.ownedBy(me.node()).stream()
              .collect(Collectors.toMap(ProbeSnapshot::name, ProbeSnapshot::uid));
    }
  }

  /**
   * Renews this node's leases when nothing else can be done: the API server has not said what is
   * desired, or a file of the kernel cannot be read. A probe that cannot be read either goes on
   * counting, because its agent is alive.
   */
  public void renewAll(Observation observed) {
    if (observed.error() != null && observed.probes().isEmpty()) {
      owned.forEach(this::renew);
    }
    observed.ownedBy(me.node()).stream()
        .filter(me::renewalDue)
        .forEach(p -> renew(p.name(), p.uid()));
  }

  private void renew(String name, String uid) {
    try {
      kernel.command(Commands.renew(name, uid, me.node(), me.lease()));
    } catch (KernelException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "DropProbe {0}: cannot renew the lease of its probe: {1}; the next pass tries again",
          name,
          e.getMessage());
    }
  }
}
