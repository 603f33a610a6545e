// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import io.dropprobe.api.v1alpha1.DropProbeNode;
import io.dropprobe.api.v1alpha1.TrialPhase;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What the nodes have reported of their modules, in the order in which they did. */
final class ModuleHistory implements AutoCloseable {
  /**
   * Of one report; what it does not say is null.
   *
   * @param boot id of the node's boot
   * @param loaded srcversion of the module in the kernel
   * @param wanted srcversion of the module that the node is to load
   * @param hooks that the wanted module is to attach
   * @param phase of the wanted module's trial
   */
  record Entry(
      String node, String boot, String loaded, String wanted, String hooks, TrialPhase phase) {
    static Entry of(DropProbeNode report) {
      var status = report.getStatus();
      var boot = status == null || status.kernel == null ? null : status.kernel.bootID;
      var module = status == null ? null : status.module;
      var trial = module == null ? null : module.trial;
      return new Entry(
          report.getMetadata().getName(),
          boot,
          module == null ? null : module.srcversion,
          trial == null ? null : trial.srcversion,
          trial == null ? null : trial.hooks,
          trial == null ? null : trial.phase);
    }

    boolean counts() {
      return hooks != null && hooks.startsWith("drops");
    }
  }

  private final List<Entry> entries = new CopyOnWriteArrayList<>();
  private final SharedIndexInformer<DropProbeNode> informer;

  private ModuleHistory() {
    informer = Cluster.API.resources(DropProbeNode.class).inform(new Recorder());
  }

  /** Begins with the reports that exist. */
  static ModuleHistory watch() {
    return new ModuleHistory();
  }

  @Override
  public void close() {
    informer.close();
  }

  /** All entries, in order. */
  List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** Waits for an entry; it may be an earlier one. */
  Entry await(String what, Predicate<Entry> fits) {
    return Await.until(what, this::entries, all -> all.stream().anyMatch(fits)).stream()
        .filter(fits)
        .findFirst()
        .orElseThrow();
  }

  /** The position of the first such entry; the number of all if there is none. */
  int first(Predicate<Entry> fits) {
    return (int) entries.stream().takeWhile(e -> !fits.test(e)).count();
  }

  boolean has(Predicate<Entry> fits) {
    return entries.stream().anyMatch(fits);
  }

  /** The node's boots. */
  Set<String> boots(String node) {
    return entries.stream()
        .filter(e -> e.node().equals(node) && e.boot() != null)
        .map(Entry::boot)
        .collect(Collectors.toSet());
  }

  @Override
  public String toString() {
    return entries.stream().map(e -> "\n  " + e).collect(Collectors.joining());
  }

  /** Records what has changed. */
  private final class Recorder implements ResourceEventHandler<DropProbeNode> {
    @Override
    public void onAdd(DropProbeNode report) {
      record(report);
    }

    @Override
    public void onUpdate(DropProbeNode before, DropProbeNode now) {
      record(now);
    }

    @Override
    public void onDelete(DropProbeNode report, boolean unknown) {}

    private void record(DropProbeNode report) {
      var now = Entry.of(report);
      var last = entries.stream().filter(e -> e.node().equals(now.node())).reduce((a, b) -> b);
      if (!last.equals(Optional.of(now))) {
        entries.add(now);
      }
    }
  }
}
