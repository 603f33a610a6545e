// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.trial.TrialEntry;
import io.dropprobe.api.trial.TrialEntry.Failure;
import io.dropprobe.api.trial.TrialEntry.State;
import io.dropprobe.operator.cluster.ClusterNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the trial of one key: looks at its canaries, judges the trial, and picks canaries.
 * It is used once.
 */
final class KeyTrial {
  /**
   * Most nodes whose annotation has had its trial. If all nodes are annotated, no other is tried
   * until the annotation of one of these is removed.
   */
  private static final int RETRIED = 8;

  private final TrialEntry before;
  private final Circumstances now;
  private final Claims claims;
  private final Map<String, Watch> watches;
  private final Set<String> retried;
  private final Set<String> canaries = new TreeSet<>();
  private final Set<String> survived;
  private List<Failure> failures;
  private @Nullable Failure newest;
  private long again = Long.MAX_VALUE;

  /**
   * What a pass has found.
   *
   * @param again when the next pass is due, in the time of {@link Circumstances#seen}
   * @param notices Events to emit when the entry is written
   */
  record Result(TrialEntry entry, Map<String, Watch> watches, long again, List<Notice> notices) {}

  /**
   * @param before is not PROVEN
   * @param watches by name of the node
   */
  KeyTrial(TrialEntry before, Circumstances now, Claims claims, Map<String, Watch> watches) {
    this.before = before;
    this.now = now;
    this.claims = claims;
    this.watches = new HashMap<>(watches);
    this.retried = new TreeSet<>(before.retried());
    this.survived = new TreeSet<>(before.survived());
    this.failures = before.failures();
  }

  Result run() {
    retried.removeIf(n -> !isAnnotated(n));
    survived.removeIf(this::isDown);
    Stream.of(
            before.canaries().stream(),
            before.survived().stream().filter(this::isDown),
            watches.keySet().stream().filter(this::isOnTrial),
            failures.stream().map(Failure::node).filter(this::hasSurvivedAfterAll))
        .flatMap(names -> names)
        .distinct()
        .sorted()
        .toList()
        .forEach(this::look);
    addReported();
    if (Failures.stop(failures) && !Failures.stop(before.failures())) {
      survived.clear();
    }
    TrialEntry after = judge();
    watches.keySet().removeIf(n -> !canaries.contains(n) && !isAnnounced(n) && claimOf(n) == null);
    return new Result(after, watches, again, notices(after));
  }

  /**
   * A node that was passed over may have begun its trial just then. It is watched and takes no
   * slot: otherwise it could take one from another node again and again.
   */
  private boolean isOnTrial(String name) {
    Claim claim = claimOf(name);
    return !survived.contains(name) && (isAnnounced(name) || (claim != null && !claim.isWaiting()));
  }

  /** A node that has failed, and whose trial is not known here: another process has begun it. */
  private boolean hasSurvivedAfterAll(String name) {
    Claim claim = claimOf(name);
    return claim != null && claim.isSurvived() && hasFailed(name) && !survived.contains(name);
  }

  private boolean isDown(String name) {
    Claim claim = claimOf(name);
    return claim != null && claim.isDown();
  }

  private void look(String name) {
    ClusterNode node = now.nodes().get(name);
    if (node == null) {
      watches.remove(name);
      return;
    }
    Sight sight =
        Sight.of(
            node,
            before.key(),
            claims,
            watches.getOrDefault(name, Watch.picked(now.seen(), null)),
            hasFailed(name),
            isToRetry(name),
            now);
    watches.put(name, sight.watch());
    again = Math.min(again, sight.again());
    switch (sight.kind()) {
      case STAYS -> {
        if (sight.watch().picked()) {
          canaries.add(name);
        }
      }
      case LEAVES -> {}
      case SURVIVED -> {
        survived.add(name);
        failures = Failures.without(failures, name, node.uid());
        if (isAnnotated(name)) {
          retried.add(name);
        }
        watches.remove(name);
      }
      case FAILED -> {
        canaries.add(name);
        if (!hasFailed(name)) {
          newest = new Failure(name, node.uid(), sight.what(), Times.format(now.wall()));
          failures = Failures.with(failures, newest);
        }
        if (isAnnotated(name)) {
          retried.add(name);
        }
      }
    }
  }

  private @Nullable Claim claimOf(String name) {
    return claims.of(name, before.key());
  }

  /**
   * Nodes that are not watched may have got the module when it was proven, or by an older operator.
   */
  private void addReported() {
    List<Failure> all = Failures.reported(failures, claims.down(before.key()), now.wall());
    if (!Failures.stop(failures) && all.size() > failures.size()) {
      newest = all.get(all.size() - 1);
    }
    failures = all;
  }

  private boolean isAnnotated(String name) {
    ClusterNode node = now.nodes().get(name);
    return node != null && node.facts().retryModule().equals(before.key().srcversion());
  }

  /** Whether a person asks for one more trial there, and it has not had it. */
  private boolean isToRetry(String name) {
    return isAnnotated(name) && !retried.contains(name) && retried.size() < RETRIED;
  }

  private boolean hasFailed(String name) {
    ClusterNode node = now.nodes().get(name);
    return node != null && Failures.areOf(failures, node);
  }

  private boolean isAnnounced(String name) {
    Watch watch = watches.get(name);
    return watch != null && watch.announced() != null;
  }

  private TrialEntry judge() {
    boolean stop = Failures.stop(failures);
    boolean held = !stop && Failures.hold(failures, now.wall());
    Set<String> holders = stop ? Set.of() : Failures.holders(failures, now.nodes(), now.wall());
    if (stop) {
      // A trial that a person has asked for goes on.
      boolean asked = newest == null && Failures.stop(before.failures());
      canaries.removeIf(n -> !isToRetry(n) && !(asked && isAnnounced(n)));
    } else {
      canaries.removeIf(n -> (hasFailed(n) || held) && !isAnnounced(n) && !isToRetry(n));
    }
    canaries.addAll(holders);
    // A module that two nodes have stopped is not proven by one other: its annotation may be its
    // own.
    int wanted =
        stop ? Failures.STOPPING : Wanted.of(before, holders, this::hasFailed, claims, now);
    if (!survived.isEmpty() && survived.size() >= wanted && !wouldBeRecalled()) {
      return entry(State.PROVEN, Set.of(), Set.of(), now.spreadSeconds().getAsInt());
    }
    fill(wanted - survived.size(), holders, stop || held);
    return entry(stop && canaries.isEmpty() ? State.STOPPED : State.TRYING, canaries, survived, 0);
  }

  /** An entry has space for few failures; others that still report theirs hold against a proof. */
  private boolean wouldBeRecalled() {
    return Failures.unknown(failures, claims.down(before.key())).size() >= Failures.STOPPING;
  }

  /**
   * Picks canaries, or drops those that are too many and have not announced their trial.
   *
   * <p>A node that has failed takes no slot of the others: failing again and again, it could keep
   * it.
   *
   * @param slots for canaries beside the holders, and for as many that have failed
   * @param onlyRetries whether only nodes are picked for which a person asks
   */
  private void fill(int slots, Set<String> holders, boolean onlyRetries) {
    List<ClusterNode> others =
        canaries.stream()
            .filter(n -> !holders.contains(n) && !hasFailed(n))
            .map(now.nodes()::get)
            .filter(Objects::nonNull)
            .toList();
    int free = slots - others.size();
    long failed = canaries.stream().filter(n -> !holders.contains(n) && hasFailed(n)).count();
    var order = CanaryOrder.bestFirst(watches, n -> Failures.isKnown(failures, n), this::isToRetry);
    if (free < 0) {
      others.stream()
          .filter(n -> !isAnnounced(n.name()))
          .sorted(order.reversed())
          .limit(-free)
          .toList()
          .forEach(n -> canaries.remove(n.name()));
    }
    List<ClusterNode> eligible =
        claims.with(before.key()).stream()
            .filter(c -> isEligible(c, onlyRetries))
            .map(Claim::node)
            .sorted(order)
            .toList();
    eligible.stream()
        .filter(n -> !hasFailed(n.name()))
        .limit(Math.max(0, free))
        .forEach(this::pick);
    eligible.stream()
        .filter(n -> hasFailed(n.name()))
        .limit(Math.max(0, slots - failed))
        .forEach(this::pick);
  }

  private boolean isEligible(Claim claim, boolean onlyRetries) {
    String name = claim.node().name();
    if (canaries.contains(name) || survived.contains(name)) {
      return false;
    }
    return isToRetry(name)
        ? claim.node().ready() && !claim.isLoaded()
        : !onlyRetries && claim.isCandidate() && !hasFailed(name);
  }

  private void pick(ClusterNode node) {
    canaries.add(node.name());
    watches.put(node.name(), Watch.picked(now.seen(), watches.get(node.name())));
    again = Math.min(again, now.seen() + Sight.ANNOUNCES.toMillis());
  }

  private TrialEntry entry(State state, Set<String> named, Set<String> done, int spreadSeconds) {
    return new TrialEntry(
        before.key(),
        state,
        List.copyOf(named),
        List.copyOf(done),
        failures,
        spreadSeconds,
        state == before.state() ? before.since() : Times.format(now.wall()),
        List.copyOf(retried),
        before.claimed());
  }

  private List<Notice> notices(TrialEntry after) {
    if (after.state() == State.PROVEN) {
      return List.of(
          new Notice(false, Conditions.Event.MODULE_PROVEN, Texts.proven(after, survived)));
    }
    return newest == null ? List.of() : Texts.failed(after, now).stream().toList();
  }
}
