// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import io.dropprobe.agent.api.Cluster;
import io.dropprobe.agent.api.ClusterView;
import io.dropprobe.agent.count.Counts;
import io.dropprobe.agent.count.Journal;
import io.dropprobe.agent.count.Judge;
import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.count.ReportedAccounts;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.module.ModuleFile;
import io.dropprobe.agent.module.ModuleKeeper;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.module.ModuleUsers;
import io.dropprobe.agent.observe.Observation;
import io.dropprobe.agent.observe.Observer;
import io.dropprobe.agent.pod.PodNetns;
import io.dropprobe.agent.probe.Attempt;
import io.dropprobe.agent.probe.DesiredProbe;
import io.dropprobe.agent.probe.DesiredState;
import io.dropprobe.agent.probe.History;
import io.dropprobe.agent.probe.Owner;
import io.dropprobe.agent.probe.ProbeKeeper;
import io.dropprobe.agent.probe.ProbeStates;
import io.dropprobe.agent.report.ConditionLog;
import io.dropprobe.agent.report.JournaledWriter;
import io.dropprobe.agent.report.NodeState;
import io.dropprobe.agent.report.Note;
import io.dropprobe.agent.report.ReportBuilder;
import io.dropprobe.agent.report.ReportWriter;
import io.dropprobe.agent.report.Reporter;
import io.dropprobe.agent.report.ShownSkew;
import io.dropprobe.agent.trial.Canaries;
import io.dropprobe.agent.trial.HookGate;
import io.dropprobe.agent.trial.HookNeeds;
import io.dropprobe.agent.trial.Trials;
import io.dropprobe.api.catalog.Catalog;
import io.dropprobe.api.client.Time;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.Trial;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A pass: observe (API server and kernel), decide, act, observe again, report. Passes are
 * level-triggered: each one looks at everything, and none waits for the API server.
 */
public final class Agent {
  private static final System.Logger LOG = System.getLogger(Agent.class.getName());

  /** How long the last pass waits for a load or unload that is running. */
  private static final Duration LAST_CALL = Duration.ofSeconds(5);

  private final Settings settings;
  private final Time time;
  private final Kernel kernel;
  private final Cluster cluster;
  private final Ledger ledger;
  private final Trials trials;
  private final HookGate hooks;
  private final ModuleKeeper module;
  private final Observer observer;
  private final ProbeKeeper probes;
  private final BlindPass blind;
  private final ConditionLog conditionLog = new ConditionLog();
  private final ShownSkew shownSkew = new ShownSkew();
  private final Reporter reporter;
  private final NextPass next;
  private final History history;
  private boolean resumed;
  private long savedAt;
  private volatile @Nullable Latest latest;

  /**
   * Makes the parts of the agent; starts none of them.
   *
   * @param podFolders lists the kubelet's pod log directories, see {@link PodNetns#of}
   * @param wake called from any thread when a write of the report has ended
   */
  public Agent(
      Settings settings,
      Time time,
      Kernel kernel,
      Cluster cluster,
      Supplier<Optional<List<String>>> podFolders,
      ReportWriter writer,
      Runnable wake) {
    Catalog catalog = Catalog.load();
    this.settings = settings;
    this.time = time;
    this.kernel = kernel;
    this.cluster = cluster;
    this.ledger =
        new Ledger(
            new Journal(settings.stateDir().resolve("journal")), names -> Judge.of(catalog, names));
    this.reporter =
        new Reporter(
            new JournaledWriter(writer, this::save),
            time,
            wake,
            settings.node(),
            settings.heartbeat());
    this.observer =
        new Observer(kernel, time, () -> PodNetns.of(kernel.netNamespaces(), podFolders.get()));
    this.trials =
        new Trials(
            settings.stateDir().resolve("trials"),
            settings.node(),
            time,
            kernel.facts(),
            settings.soak(),
            settings.retryAfter());
    this.hooks = new HookGate(trials);
    this.module =
        ModuleKeeper.of(
            kernel,
            settings.stateDir(),
            settings.buildDir(),
            trials,
            time,
            ModuleKeeper.BUILD_DEADLINE,
            settings.moduleMemoryLimit());
    this.probes =
        new ProbeKeeper(
            kernel,
            ledger,
            new Owner(settings.node(), settings.lease().toSeconds()),
            time,
            cluster::reportOf);
    this.blind = new BlindPass(ledger, observer, probes, settings.node());
    this.next = new NextPass(time, settings.lease(), settings.minReportInterval());
    this.history = new History(ledger::since);
    this.savedAt = time.millis();
  }

  /**
   * Makes one pass.
   *
   * @return when the next one is due, in milliseconds of the clock
   */
  public long pass() {
    long begun = time.millis();
    Optional<ClusterView> view = cluster.view();
    if (view.isEmpty()) {
      if (blind.make(observe(false))) {
        saveRegularly();
      }
      return next.afterBlindPass();
    }
    DesiredState desired = desired(view.get());
    Result result = act(desired, view.get());
    long reportDue = reporter.offer(result.report(), next.reportInterval(desired));
    return next.after(
        begun,
        desired,
        result.unsettled(),
        Math.min(reportDue, Math.min(module.dueAt(), trials.dueAt())));
  }

  /**
   * Makes the last pass, on SIGTERM. During a rollout all probes keep counting. If no DropProbe
   * selects the node any more, the pass removes the probes and the module.
   */
  public void shutDown() {
    trials.stop();
    Optional<ClusterView> view = cluster.ask();
    if (view.isEmpty()) {
      LOG.log(
          System.Logger.Level.INFO,
          "shutting down: the API server does not answer, so all probes keep counting");
      cluster.view().ifPresent(last -> act(desired(last), last));
    } else {
      DesiredState desired = desired(view.get());
      LOG.log(
          System.Logger.Level.INFO,
          desired.isEmpty()
              ? "shutting down: no DropProbe selects this node, so its probes and the module are removed"
              : "shutting down: all probes keep counting");
      act(desired, view.get());
      if (!module.idle()) {
        module.await(LAST_CALL);
        act(desired, view.get());
      }
    }
    ledger.save();
    // If the DropProbes could not be listed, do not flush: an empty report would erase the counts.
    Latest last = latest;
    if (last != null && view.map(ClusterView::listed).orElse(true)) {
      reporter.flush(last.report());
    }
  }

  /** What the last pass has found; null before the first pass that knew the API server's state. */
  public @Nullable Latest latest() {
    return latest;
  }

  /**
   * Complete counts by name of the probe, for metrics. Before the first pass that knew the API
   * server's state they are those that the kernel and the journal have.
   */
  public Map<String, Counts> counts() {
    Latest last = latest;
    return last == null ? blind.counts() : last.counts();
  }

  /** What writes the report; it counts its writes. */
  public Reporter reporter() {
    return reporter;
  }

  private DesiredState desired(ClusterView view) {
    resume(view);
    return new DesiredState(
        view.node().uid(),
        DesiredProbe.select(view.probes(), view.node(), history, time.wall()),
        view.probes(),
        view.listed());
  }

  private void resume(ClusterView view) {
    if (!resumed) {
      ledger.load(ReportedAccounts.of(view.report()));
      history.resume(view.report(), view.node().uid());
      trials.recall(ofThisNode(view));
      reporter.resume(view.report());
      savedAt = time.millis();
      resumed = true;
    }
  }

  private static @Nullable DropProbeNodeStatus ofThisNode(ClusterView view) {
    DropProbeNodeStatus report = view.report();
    return report != null && view.node().uid().equals(report.nodeUID) ? report : null;
  }

  private record Result(ProbeStates states, DropProbeNodeStatus report) {
    /** Whether the next pass may find something else; what waits for a canary is woken up. */
    boolean unsettled() {
      Trial trial = report.module == null ? null : report.module.trial;
      return states.unsettled() && (trial == null || trial.phase != TrialPhase.Waiting);
    }
  }

  private Result act(DesiredState desired, ClusterView view) {
    // Before the kernel is observed: a load that ends meanwhile is seen in the next pass.
    boolean calling = !module.idle();
    Observation before = observe(desired.followsPods());
    HookNeeds needs = probes.needs(desired, before);
    trials.look(
        before.module(),
        calling,
        HookGate.attached(before.probes()),
        needs,
        view.node().retryModule(),
        new Canaries(settings.canaries(), view.trials(), reporter.announced()));
    ModuleOutcome outcome =
        module.pass(
            !desired.isEmpty(), needs.wanted(), before.module(), others(before), probes::removeAll);
    // A plan by the first observation would rely on probes that an unload has just removed.
    Observation current = module.acted() ? observe(desired.followsPods()) : before;
    Attempt attempt =
        outcome.usable()
            ? probes.act(desired, current, opening(needs, current, outcome))
            : Attempt.waiting(outcome.note());
    Observation after = observer.afterwards(current, settings.node());
    ProbeStates states = probes.record(desired, attempt, after);
    saveRegularly();
    DropProbeNodeStatus report =
        ReportBuilder.build(
            state(desired, outcome, states, after), reporter.conditions(), time.wall());
    conditionLog.changes(report.conditions);
    latest = new Latest(report, states.counts());
    return new Result(states, report);
  }

  private HookGate.Opening opening(HookNeeds needs, Observation observed, ModuleOutcome outcome) {
    if (!(observed.module() instanceof ObservedModule.Live live)) {
      return HookGate.Opening.ALL;
    }
    Optional<ModuleFile> origin = outcome.originOf(live);
    return hooks.open(
        live,
        origin.map(ModuleFile::builder).orElse(""),
        origin.map(ModuleFile::key).orElse(""),
        HookGate.attached(observed.probes()),
        needs);
  }

  private Observation observe(boolean pods) {
    Observation observed = observer.observe(pods);
    if (observed.error() == null && observed.module() instanceof ObservedModule.Live) {
      ledger.know(observed.reasons(), observed.interfaces(), time.wall());
    }
    return observed;
  }

  private NodeState state(
      DesiredState desired, ModuleOutcome outcome, ProbeStates states, Observation after) {
    String sharedWith = others(after).owners().stream().findFirst().orElse(null);
    return new NodeState(
        desired.nodeUid(),
        kernel.facts(),
        after.module(),
        outcome,
        module.trial(),
        sharedWith,
        Note.of(shownSkew.show(time.skew()), ledger.saveError()),
        states);
  }

  private ModuleUsers others(Observation observed) {
    return ModuleUsers.of(observed.module(), observed.probes(), settings.node());
  }

  /** Limits what a crash of the node during an API outage loses to one heartbeat's counts. */
  private void saveRegularly() {
    if (time.millis() - savedAt >= settings.heartbeat().toMillis()) {
      save();
    }
  }

  private void save() {
    ledger.save();
    savedAt = time.millis();
  }
}
