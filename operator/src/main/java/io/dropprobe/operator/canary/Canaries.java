// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.client.Time;
import io.dropprobe.api.trial.TrialBoard;
import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.cluster.Snapshot;
import io.dropprobe.operator.events.EventRecorder;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.dropprobe.operator.settings.Settings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the ConfigMap with the proofs. The operator is its only writer, so what it wrote is
 * current; it looks now and then whether somebody has changed or deleted it. A decision is
 * remembered only if it was written: otherwise the next pass decides again.
 */
@ApplicationScoped
public class Canaries {
  /** In case somebody has changed the ConfigMap. */
  private static final Duration REREAD = Duration.ofMinutes(1);

  /** Nodes of which one loads a proven module each second. */
  private static final int LOADS_PER_SECOND = 50;

  private final ClusterCache cluster;
  private final EventRecorder events;
  private final Time time;
  private final TrialStore store;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  private TrialStore.@Nullable Stored stored;
  private long readAt;
  private TrialMemory memory = TrialMemory.EMPTY;
  private WriteBudget budget = WriteBudget.FRESH;
  private volatile TrialBoard board = TrialBoard.EMPTY;

  /** Makes no call yet. */
  @Inject
  public Canaries(
      KubernetesClient client,
      OperatorNamespace namespace,
      ClusterCache cluster,
      EventRecorder events,
      Time time) {
    this.cluster = cluster;
    this.events = events;
    this.time = time;
    this.store = new TrialStore(client, namespace.name());
  }

  /** The entries of the ConfigMap; none before the first pass. */
  public TrialBoard board() {
    return board;
  }

  /** Registers a listener that is called after every change; it must not block. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Looks at all trials, and writes the ConfigMap if something has changed.
   *
   * @param settings in force
   * @param about the object of the Events
   * @return time until the next pass
   */
  public synchronized Duration pass(Snapshot snapshot, Settings settings, HasMetadata about) {
    TrialStore.Stored before = stored();
    Circumstances now =
        new Circumstances(
            snapshot.nodes(),
            settings,
            cluster.seen(),
            time.wall(),
            () -> snapshot.agents() / LOADS_PER_SECOND);
    Trials.Outcome next = Trials.next(board, memory, new Claims(snapshot), now);
    Duration again =
        Duration.ofMillis(Math.max(1, Math.min(next.again() - now.seen(), REREAD.toMillis())));
    if (before.version() != null && next.board().equals(board)) {
      memory = next.memory();
      return again;
    }
    Duration period = WriteBudget.period(snapshot.agents(), BoardSize.bytes(next.board()));
    Duration wait = budget.delay(time.millis(), period);
    if (!wait.isZero()) {
      return wait;
    }
    stored = null; // unknown if the write fails
    show(store.write(next.board(), before));
    budget = budget.written(time.millis(), period);
    memory = next.memory();
    next.notices().forEach(n -> emit(n, about));
    return again;
  }

  private TrialStore.Stored stored() {
    TrialStore.Stored known = stored;
    if (known != null && time.millis() - readAt < REREAD.toMillis()) {
      return known;
    }
    TrialStore.Stored live = store.read();
    show(live);
    return live;
  }

  private void show(TrialStore.Stored live) {
    stored = live;
    readAt = time.millis();
    TrialBoard read = live.board();
    if (!read.equals(board)) {
      board = read;
      listeners.forEach(Runnable::run);
    }
  }

  private void emit(Notice notice, HasMetadata about) {
    if (notice.warning()) {
      events.warning(about, notice.reason(), notice.message());
    } else {
      events.normal(about, notice.reason(), notice.message());
    }
  }
}
