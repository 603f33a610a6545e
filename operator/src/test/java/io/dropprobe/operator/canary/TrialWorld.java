// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.rules.NodeFacts;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.ModuleState;
import io.dropprobe.api.v1alpha1.Trial;
import io.dropprobe.api.v1alpha1.TrialPhase;
import io.dropprobe.operator.cluster.ClusterNode;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.settings.Settings;
import io.dropprobe.operator.testing.Reports;
import io.dropprobe.operator.testing.TestClock;
import io.fabric8.kubernetes.api.model.Taint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Nodes, their reports, and an operator that looks at them. */
final class TrialWorld {
  /** What a test changes of a Node. */
  static final class Machine {
    private Map<String, String> labels = Map.of();
    private List<Taint> taints = List.of();
    private String retry = "";
    private String uid = "uid-";
    private String boot = "boot-1";
    private String kernel = KEY.release();
    private boolean ready = true;
    private boolean cordoned;

    private ClusterNode node(String name) {
      NodeFacts facts = new NodeFacts(uid + name, labels, taints, retry);
      return new ClusterNode(name, facts, boot, kernel, ready, cordoned, null, null);
    }
  }

  static final TrialKey KEY =
      new TrialKey("ABC", "builder", "6.12.0-test", "#1 SMP", Set.of(Hook.DROPS));

  final TestClock clock = new TestClock();
  final Map<String, Machine> nodes = new TreeMap<>();
  final Map<String, DropProbeNode> reports = new HashMap<>();
  final List<Notice> notices = new ArrayList<>();
  TrialBoard board = TrialBoard.EMPTY;
  int writes;
  private TrialMemory memory = TrialMemory.EMPTY;
  private int canaries = 1;
  private long blind;

  /** Creates Nodes with these names, without reports. */
  TrialWorld(String... names) {
    for (String name : names) {
      node(name, Map.of());
    }
  }

  void node(String name, Map<String, String> labels) {
    Machine machine = new Machine();
    machine.labels = new TreeMap<>(labels);
    nodes.put(name, machine);
  }

  void isReady(String name, boolean ready) {
    nodes.get(name).ready = ready;
  }

  void cordons(String name, boolean cordoned) {
    nodes.get(name).cordoned = cordoned;
  }

  void taints(String name, String key) {
    nodes.get(name).taints = List.of(new Taint("NoSchedule", key, null, null));
  }

  /** Sets the annotation; an empty value removes it. */
  void annotates(String name, String srcversion) {
    nodes.get(name).retry = srcversion;
  }

  /** The Node is up again in another boot; its agent has not reported yet. */
  void reboots(String name) {
    nodes.get(name).boot += "'";
  }

  /** The Node has another kernel now. */
  void boots(String name, String kernel) {
    reboots(name);
    nodes.get(name).kernel = kernel;
  }

  void deletes(String name) {
    nodes.remove(name);
  }

  /** The Node is deleted and created again under the same name. */
  void recreates(String name) {
    nodes.get(name).uid += "new-";
  }

  /** Reports a phase for {@link #KEY} from the kernel that the Node has now. */
  void reports(String name, TrialPhase phase) {
    reports(name, KEY, phase);
  }

  void reports(String name, TrialKey key, TrialPhase phase) {
    DropProbeNode r = Reports.report(name, clock.wall());
    r.getStatus().nodeUID = nodes.get(name).uid + name;
    r.getStatus().kernel.bootID = nodes.get(name).boot;
    r.getStatus().kernel.release = key.release();
    r.getStatus().kernel.version = key.version();
    r.getStatus().module.trial = new Trial();
    r.getStatus().module.trial.phase = phase;
    r.getStatus().module.trial.srcversion = key.srcversion();
    r.getStatus().module.trial.builder = key.builder();
    r.getStatus().module.trial.hooks = Hook.format(key.hooks());
    reports.put(name, r);
  }

  /** Reports a phase from all nodes. */
  void allReport(TrialPhase phase) {
    nodes.keySet().forEach(n -> reports(n, phase));
  }

  /** Reports no trial: the module can't be built, or is not needed. */
  void reportsNone(String name) {
    reports.put(name, Reports.report(name, clock.wall()));
  }

  /** Reports that no probe needs the module. */
  void reportsAbsent(String name) {
    reportsNone(name);
    reports.get(name).getStatus().kernel.bootID = nodes.get(name).boot;
    reports.get(name).getStatus().module.state = ModuleState.Absent;
  }

  void canaries(int number) {
    canaries = number;
  }

  /** Another process takes over. */
  void restarts() {
    memory = TrialMemory.EMPTY;
  }

  void passes(Duration time) {
    clock.passes(time);
  }

  /** Time passes while the operator has no watch. */
  void passesUnseen(Duration time) {
    clock.passes(time);
    blind += time.toMillis();
  }

  /** One pass; its decision is written. Returns milliseconds until the next is due. */
  long looks() {
    Map<String, ClusterNode> present = new HashMap<>();
    nodes.forEach((name, machine) -> present.put(name, machine.node(name)));
    Settings d = Settings.DEFAULTS;
    Settings settings =
        new Settings(
            true,
            canaries,
            Duration.ofSeconds(60),
            d.agentImage(),
            d.builderImage(),
            d.lease(),
            d.heartbeat(),
            d.staleAfter(),
            d.minReportInterval(),
            d.agentPort(),
            d.moduleMemoryLimit(),
            d.priorityClassName(),
            d.logLevel());
    long seen = clock.millis() - blind;
    Trials.Outcome next =
        Trials.next(
            board,
            memory,
            new Claims(new Snapshot(present, reports, Map.of())),
            new Circumstances(present, settings, seen, clock.wall(), () -> nodes.size() / 50));
    if (!next.board().equals(board)) {
      writes++;
      notices.addAll(next.notices());
    }
    board = TrialBoard.parse(next.board().format());
    memory = next.memory();
    return next.again() - seen;
  }

  /** Time passes in steps of ten seconds, with a pass after each. */
  void looksFor(Duration time) {
    for (long s = 0; s < time.toSeconds(); s += 10) {
      passes(Duration.ofSeconds(10));
      looks();
    }
  }

  TrialEntry entry() {
    return entry(KEY);
  }

  TrialEntry entry(TrialKey key) {
    return board.find(key).orElseThrow();
  }

  List<String> named() {
    return entry().canaries();
  }

  /** The only canary announces its trial and lives with the module. */
  void survives(String name) {
    reports(name, TrialPhase.Running);
    looks();
    passes(Duration.ofSeconds(60));
    reports(name, TrialPhase.Survived);
    looks();
  }

  /** The canary announces its trial and goes down. */
  void crashes(String name) {
    reports(name, TrialPhase.Running);
    looks();
    reboots(name);
    looks();
    reports(name, TrialPhase.Crashed);
    looks();
  }

  /** Whether the newest report of a node says that it went down. */
  boolean isDown(String name) {
    return reports.get(name).getStatus().module.trial.phase == TrialPhase.Crashed;
  }

  static Map<String, String> preferred() {
    return Map.of(Names.CANARY_LABEL, "true");
  }
}
