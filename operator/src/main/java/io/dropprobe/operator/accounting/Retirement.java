package io.dropprobe.operator.accounting;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.Retired;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Folds the share of nodes that are gone into {@code status.retired}, each once. */
public final class Retirement {
  private Retirement() {}

  /**
   * The new {@code status.retired}. Owners of what is folded in stay on record until the
   * DropProbeNode is deleted or another's; the record is short, so after a large scale-down it
   * takes several passes.
   *
   * @param before null is none
   * @param shares all shares of the probe and series
   * @param gone whether the node of a share is gone; may ask the API server
   * @param stale whether a share's report is so old that the lease of its probe has run out
   * @param owners of all DropProbeNodes that exist
   */
  public static Retired fold(
      Retired before,
      List<Share> shares,
      Predicate<Share> gone,
      Predicate<Share> stale,
      Set<String> owners) {
    Retired after = copy(before);
    after.folded.retainAll(owners);
    List<Share> waiting = shares.stream().filter(Share::isOwnedElsewhere).toList();
    Predicate<Share> ready =
        s -> gone.test(s) && (stale.test(s) || !isAwaited(s, waiting, gone, after));
    for (List<Share> kernel : kernels(rest(shares, after))) {
      if (after.folded.size() >= Limits.FOLDED) {
        break;
      }
      if (mayCarry(kernel, shares, after)) {
        foldKernel(kernel, ready, after);
      }
    }
    return after;
  }

  /**
   * Shares that are one kernel seen several times, the smallest count first; all others alone. In
   * an order that is the same for every probe: a report is deleted when every probe has folded it
   * in, and each has room for some at a time.
   */
  private static Collection<List<Share>> kernels(List<Share> shares) {
    return shares.stream()
        .sorted(
            Comparator.comparing((Share s) -> s.bootId() == null ? s.owner() : s.bootId())
                .thenComparing(Share.BY_COUNT))
        .collect(
            Collectors.groupingBy(
                s -> s.kernel() == null ? s.owner() : s.kernel(),
                LinkedHashMap::new,
                Collectors.toList()))
        .values();
  }

  /** What live reports carry may take half of the places: agents free them, which may be down. */
  private static boolean mayCarry(List<Share> kernel, List<Share> shares, Retired after) {
    long more = kernel.stream().filter(Share::carried).count();
    if (more == 0) {
      return true;
    }
    long now = shares.stream().filter(s -> s.carried() && after.folded.contains(s.owner())).count();
    return now == 0 || now + more <= Limits.FOLDED / 2;
  }

  /**
   * While another node speaks for the kernel, those that are gone give what they had before it.
   * Else the one with the largest count brings the kernel's numbers, and all are folded in one
   * pass: a report that only says a larger count must not take another's place and then change.
   */
  private static void foldKernel(List<Share> kernel, Predicate<Share> ready, Retired after) {
    List<Share> fold = kernel.stream().filter(ready).toList();
    boolean spokenFor = kernel.stream().anyMatch(s -> s.confirmed() && !fold.contains(s));
    boolean all = fold.size() == kernel.size();
    int room = Limits.FOLDED - after.folded.size();
    boolean fits = fold.size() <= room || after.folded.isEmpty();
    if (!spokenFor && !(all && fits)) {
      return;
    }
    Share largest = spokenFor ? null : kernel.get(kernel.size() - 1);
    for (Share s : fold.subList(0, Math.min(room, fold.size()))) {
      add(after, s, s == largest ? Counts.of(s.report()) : Counts.of(s.report().base));
      after.folded.add(s.owner());
    }
  }

  /**
   * Whether another node of the same kernel has yet to take over the counting. When the lease is
   * out that node reports the whole epoch, and only what was before it is this one's.
   */
  private static boolean isAwaited(
      Share s, List<Share> waiting, Predicate<Share> gone, Retired after) {
    return waiting.stream()
        .anyMatch(o -> o.awaits(s) && !after.folded.contains(o.owner()) && !gone.test(o));
  }

  /** The shares that are not folded in. */
  public static List<Share> rest(List<Share> shares, Retired retired) {
    return shares.stream().filter(s -> !retired.folded.contains(s.owner())).toList();
  }

  private static void add(Retired to, Share s, Counts counts) {
    Counts sum = Counts.of(to).plus(counts);
    to.packets = sum.packets();
    to.segments = sum.segments();
    to.bytes = sum.bytes();
    to.noise = sum.noise();
    to.unkeyed = sum.unkeyed();
    to.nodes = to.nodes + 1;
    to.since = Span.earlier(to.since, s.report().since);
    to.last = Span.later(to.last, s.report().last);
  }

  private static Retired copy(Retired before) {
    Retired r = new Retired();
    r.packets = 0L;
    r.nodes = 0;
    r.folded = new ArrayList<>();
    if (before != null) {
      r.packets = before.packets;
      r.segments = before.segments;
      r.bytes = before.bytes;
      r.noise = before.noise;
      r.unkeyed = before.unkeyed;
      r.nodes = before.nodes;
      r.since = before.since;
      r.last = before.last;
      r.folded.addAll(before.folded == null ? List.of() : before.folded);
    }
    return r;
  }
}
