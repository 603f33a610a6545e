// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.accounting;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.schema.Times;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.Retired;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Adds the contributions of deleted Nodes to {@code status.retired} ("folds" them), each once. */
public final class Retirement {
  /** Before the first Node is folded; what no Node has reported is not known. */
  private static final Counters NOTHING =
      new Counters(0L, 0L, 0L, 0L, null, null, null, null, null, null);

  private Retirement() {}

  /**
   * Returns the new {@code status.retired}. The key of a folded contribution is recorded until its
   * DropProbeNode is deleted or belongs to another Node. The record is short, so a large scale-down
   * takes several passes.
   *
   * @param before null means none
   * @param contributions all contributions to the probe and series
   * @param deleted whether the Node of a contribution is deleted; may ask the API server
   * @param stale whether a report is so old that the lease of its probe has expired
   * @param keys {@link Contribution#foldingKey} of all DropProbeNodes that exist
   */
  public static Retired fold(
      @Nullable Retired before,
      List<Contribution> contributions,
      Predicate<Contribution> deleted,
      Predicate<Contribution> stale,
      Set<String> keys) {
    Retired after = copy(before);
    List<String> folded = new ArrayList<>(folded(before));
    folded.retainAll(keys);
    after.folded = folded;
    List<Contribution> waiting =
        contributions.stream().filter(Contribution::isOwnedElsewhere).toList();
    Predicate<Contribution> ready =
        c -> deleted.test(c) && (stale.test(c) || !isAwaited(c, waiting, deleted, folded));
    for (List<Contribution> kernel : kernels(rest(contributions, after))) {
      if (folded.size() >= Limits.FOLDED) {
        break;
      }
      if (mayCarry(kernel, contributions, folded)) {
        foldKernel(kernel, ready, after, folded);
      }
    }
    return after;
  }

  /**
   * Groups the samples of one kernel, the smallest count first; a contribution without a kernel is
   * a group of its own. The order is the same for every probe: a report is deleted when every probe
   * has folded it, and each can fold only some at a time.
   */
  private static Collection<List<Contribution>> kernels(List<Contribution> contributions) {
    return contributions.stream()
        .sorted(
            Comparator.comparing(
                    (Contribution c) -> c.bootId() == null ? c.foldingKey() : c.bootId())
                .thenComparing(Contribution.BY_COUNT))
        .collect(
            Collectors.groupingBy(
                c -> c.kernel() == null ? c.foldingKey() : c.kernel(),
                LinkedHashMap::new,
                Collectors.toList()))
        .values();
  }

  /**
   * Entries that live reports carry may take half of the record: only their agents free them, and
   * those may be down.
   */
  private static boolean mayCarry(
      List<Contribution> kernel, List<Contribution> contributions, List<String> folded) {
    long more = kernel.stream().filter(Contribution::carried).count();
    if (more == 0) {
      return true;
    }
    long now =
        contributions.stream().filter(c -> c.carried() && folded.contains(c.foldingKey())).count();
    return now == 0 || now + more <= Limits.FOLDED / 2;
  }

  /**
   * While another node reports the kernel, deleted Nodes contribute what they had counted before
   * it. Otherwise the largest sample contributes the kernel's counts, and all are folded in one
   * pass, so that a report which merely claims a larger count cannot replace another's and then
   * change.
   *
   * @param folded the list of {@code after}
   */
  private static void foldKernel(
      List<Contribution> kernel,
      Predicate<Contribution> ready,
      Retired after,
      List<String> folded) {
    List<Contribution> fold = kernel.stream().filter(ready).toList();
    boolean reported = kernel.stream().anyMatch(c -> c.confirmed() && !fold.contains(c));
    boolean all = fold.size() == kernel.size();
    int room = Limits.FOLDED - folded.size();
    boolean fits = fold.size() <= room || folded.isEmpty();
    if (!reported && !(all && fits)) {
      return;
    }
    Contribution largest = reported ? null : kernel.get(kernel.size() - 1);
    for (Contribution c : fold.subList(0, Math.min(room, fold.size()))) {
      add(after, c, Counters.of(c == largest ? c.report() : c.report().base));
      folded.add(c.foldingKey());
    }
  }

  /**
   * Whether another node of the same kernel has yet to take over the counting. When the lease has
   * expired, that node reports the whole epoch, and only earlier epochs belong to this one.
   */
  private static boolean isAwaited(
      Contribution c,
      List<Contribution> waiting,
      Predicate<Contribution> deleted,
      List<String> folded) {
    return waiting.stream()
        .anyMatch(o -> o.awaits(c) && !folded.contains(o.foldingKey()) && !deleted.test(o));
  }

  /** The contributions that are not folded. */
  public static List<Contribution> rest(List<Contribution> contributions, Retired retired) {
    List<String> folded = folded(retired);
    return contributions.stream().filter(c -> !folded.contains(c.foldingKey())).toList();
  }

  private static List<String> folded(@Nullable Retired retired) {
    return retired == null || retired.folded == null ? List.of() : retired.folded;
  }

  private static void add(Retired to, Contribution c, Counters counters) {
    Counters before = to.counters();
    Counters sum = before.plus(counters);
    boolean first = Sums.orZero(to.nodes) == 0 && before.isEmpty();
    to.assign(first ? sum.withTraffic(counters.traffic()) : sum);
    to.nodes = Sums.orZero(to.nodes) + 1;
    to.since = Times.earlier(to.since, c.report().since);
    to.lastLoss = Times.later(to.lastLoss, c.report().lastLoss);
  }

  private static Retired copy(@Nullable Retired before) {
    Retired r = new Retired();
    r.assign(NOTHING);
    r.nodes = 0;
    if (before != null) {
      r.assign(before.counters());
      r.nodes = Sums.orZero(before.nodes);
      r.since = before.since;
      r.lastLoss = before.lastLoss;
    }
    return r;
  }
}
