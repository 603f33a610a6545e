package io.dropprobe.agent;

import io.dropprobe.agent.api.Cluster;
import io.dropprobe.agent.api.View;
import io.dropprobe.agent.count.Ledger;
import io.dropprobe.agent.count.ReportedAccounts;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.ModuleSight;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.module.Holders;
import io.dropprobe.agent.module.ModuleKeeper;
import io.dropprobe.agent.module.ModuleOutcome;
import io.dropprobe.agent.probe.History;
import io.dropprobe.agent.probe.ProbeKeeper;
import io.dropprobe.agent.probe.ProbeResult;
import io.dropprobe.agent.probe.Verdict;
import io.dropprobe.agent.probe.WantedProbe;
import io.dropprobe.agent.report.NodeState;
import io.dropprobe.agent.report.ReportBuilder;
import io.dropprobe.agent.report.Reporter;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Defaults;
import io.dropprobe.api.schema.Durations;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One pass: observe (API and kernel), decide, act, report. Level-triggered: each pass looks at
 * everything, whatever woke it, and nothing in it waits for the API server.
 */
public final class Agent {
  private static final System.Logger LOG = System.getLogger(Agent.class.getName());

  /** Longest time between two looks at the kernel. */
  static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** Shortest time from one pass to the next, unless something wakes the loop: spares the CPU. */
  static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);

  /**
   * A slow machine has other work too: after a pass the loop rests this many times as long, up to
   * LONGEST_REST.
   */
  private static final int REST = 9;

  private static final Duration LONGEST_REST = Duration.ofSeconds(5);

  private static final Duration QUIET_INTERVAL = Durations.parse(Defaults.REPORT_INTERVAL);

  /** Without word from the API server, and while a probe is on its way. */
  private static final Duration SHORT_PAUSE = Duration.ofSeconds(1);

  /** While pods that come and go decide what a probe counts: a new one is not missed for long. */
  private static final Duration POD_PAUSE = Duration.ofSeconds(2);

  /** For a load or unload that the last pass finds under way. */
  private static final Duration LAST_CALL = Duration.ofSeconds(5);

  private final Settings settings;
  private final Time time;
  private final Kernel kernel;
  private final Cluster cluster;
  private final Ledger ledger;
  private final ModuleKeeper module;
  private final ProbeKeeper probes;
  private final ReportBuilder builder;
  private final Reporter reporter;
  private final History history;
  private boolean resumed;
  private long savedAt;
  private volatile DropProbeNodeStatus latest;

  /** All parts; none of them is started here. */
  public Agent(
      Settings settings,
      Time time,
      Kernel kernel,
      Cluster cluster,
      Ledger ledger,
      ModuleKeeper module,
      ProbeKeeper probes,
      ReportBuilder builder,
      Reporter reporter) {
    this.settings = settings;
    this.time = time;
    this.kernel = kernel;
    this.cluster = cluster;
    this.ledger = ledger;
    this.module = module;
    this.probes = probes;
    this.builder = builder;
    this.reporter = reporter;
    this.history = new History(ledger::since);
  }

  /**
   * One pass.
   *
   * @return when the next one is due at the latest, in milliseconds of the clock
   */
  public long pass() {
    long begun = time.millis();
    Optional<View> view = cluster.view();
    if (view.isEmpty()) {
      probes.renewAll();
      return time.in(SHORT_PAUSE);
    }
    resume(view.get());
    List<WantedProbe> wanted = wanted(view.get());
    List<ProbeResult> results = act(view.get(), wanted);
    long due = Math.min(reporter.offer(latest, interval(wanted)), due(wanted, results));
    return Math.max(due, time.millis() + rest(time.millis() - begun));
  }

  private static long rest(long took) {
    return Math.min(Math.max(took * REST, SHORTEST_PAUSE.toMillis()), LONGEST_REST.toMillis());
  }

  /**
   * The last pass, on SIGTERM. A rollout leaves everything counting; where nobody wants this node
   * to count any more, nothing is left behind.
   */
  public void farewell() {
    Optional<View> view = cluster.ask();
    if (view.isEmpty()) {
      LOG.log(System.Logger.Level.INFO, "the API server can''t be asked: leaving all as it is");
      cluster.view().ifPresent(this::lastReadings);
    } else {
      resume(view.get());
      List<WantedProbe> wanted = wanted(view.get());
      LOG.log(
          System.Logger.Level.INFO,
          wanted.isEmpty() ? "not selected any more: leaving the kernel" : "leaving all counting");
      act(view.get(), wanted);
      if (!module.idle()) {
        module.await(LAST_CALL);
        act(view.get(), wanted);
      }
    }
    ledger.save();
    // A report of no probe, when they were only not to be seen, would take the counts away.
    if (latest != null && view.map(View::listed).orElse(true)) {
      reporter.flush(latest);
    }
  }

  private void lastReadings(View last) {
    resume(last);
    act(last, wanted(last));
  }

  /** The newest report, written or not; null before the first pass with a view. */
  public DropProbeNodeStatus latest() {
    return latest;
  }

  private void resume(View view) {
    if (!resumed) {
      ledger.load(ReportedAccounts.of(view.report()));
      history.resume(view.report(), view.node().uid());
      reporter.resume(view.report());
      savedAt = time.millis();
      resumed = true;
    }
  }

  private List<WantedProbe> wanted(View view) {
    return WantedProbe.select(view.probes(), view.node(), history, time.wall());
  }

  private List<ProbeResult> act(View view, List<WantedProbe> wanted) {
    Set<String> all =
        view.probes().stream()
            .map(HasMetadata::getMetadata)
            .map(m -> m.getUid())
            .collect(Collectors.toSet());
    Holders holders = holders();
    ModuleOutcome outcome = module.pass(!wanted.isEmpty(), holders, probes::removeAll);
    List<ProbeResult> results =
        outcome.usable()
            ? probes(view, wanted, all)
            : wanted.stream().map(w -> new ProbeResult(w, pending(outcome), null)).toList();
    if (view.listed()) {
      ledger.retain(all);
    }
    saveNowAndThen();
    String sharedWith = holders.owners().isEmpty() ? null : holders.owners().get(0);
    NodeState state =
        new NodeState(
            view.node().uid(),
            kernel.facts(),
            kernel.module(),
            outcome,
            sharedWith,
            results,
            others(view, wanted),
            leftovers(wanted));
    latest = builder.build(state, reporter.conditions(), time.wall());
    return results;
  }

  private static List<NodeState.Other> others(View view, List<WantedProbe> wanted) {
    Set<String> uids = wanted.stream().map(WantedProbe::uid).collect(Collectors.toSet());
    return view.probes().stream()
        .map(HasMetadata::getMetadata)
        .filter(m -> m.getDeletionTimestamp() == null && !uids.contains(m.getUid()))
        .map(
            m ->
                new NodeState.Other(
                    m.getName(), m.getUid(), m.getGeneration() == null ? 0 : m.getGeneration()))
        .toList();
  }

  private List<ProbeSnapshot> leftovers(List<WantedProbe> wanted) {
    Set<String> uids = wanted.stream().map(WantedProbe::uid).collect(Collectors.toSet());
    return snapshots().stream()
        .filter(p -> p.ownedBy(settings.node()) && !uids.contains(p.uid()))
        .toList();
  }

  private static Verdict pending(ModuleOutcome outcome) {
    return new Verdict.Pending(outcome.note() == null ? "no module yet" : outcome.note());
  }

  private List<ProbeResult> probes(View view, List<WantedProbe> wanted, Set<String> all) {
    try {
      return probes.pass(wanted, view.node().uid(), all);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the module''s files can''t be read: {0}", e.toString());
      Verdict failed = new Verdict.Failed(Conditions.Node.KERNEL_UNREADABLE, e.toString());
      return wanted.stream().map(w -> new ProbeResult(w, failed, null)).toList();
    }
  }

  private Holders holders() {
    List<String> owners =
        snapshots().stream()
            .filter(p -> p.heldByAnother(settings.node()))
            .map(ProbeSnapshot::owner)
            .distinct()
            .sorted()
            .toList();
    return new Holders(
        owners, kernel.module() instanceof ModuleSight.Live live && live.manualActive());
  }

  private List<ProbeSnapshot> snapshots() {
    try {
      return kernel.module() instanceof ModuleSight.Live ? kernel.probes() : List.of();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "the module''s files can''t be read: {0}", e.toString());
      return List.of();
    }
  }

  /** A crash of the node during an outage of the API loses a heartbeat's worth at most. */
  private void saveNowAndThen() {
    if (time.millis() - savedAt >= settings.heartbeat().toMillis()) {
      ledger.save();
      savedAt = time.millis();
    }
  }

  private Duration interval(List<WantedProbe> wanted) {
    Duration smallest =
        wanted.stream().map(WantedProbe::interval).min(Duration::compareTo).orElse(QUIET_INTERVAL);
    return smallest.compareTo(settings.minReportInterval()) < 0
        ? settings.minReportInterval()
        : smallest;
  }

  private long due(List<WantedProbe> wanted, List<ProbeResult> results) {
    long due = Math.min(time.in(LONGEST_PAUSE), time.in(settings.lease().dividedBy(4)));
    due = Math.min(due, module.dueAt());
    if (!leftovers(wanted).isEmpty()
        || results.stream().anyMatch(r -> r.verdict() instanceof Verdict.Pending)) {
      due = Math.min(due, time.in(SHORT_PAUSE));
    }
    if (wanted.stream().anyMatch(WantedProbe::followsPods)) {
      due = Math.min(due, time.in(POD_PAUSE));
    }
    for (WantedProbe w : wanted) {
      if (w.active() && w.expiresAt() != null) {
        due = Math.min(due, time.in(Duration.between(time.wall(), w.expiresAt())));
      }
    }
    return due;
  }
}
