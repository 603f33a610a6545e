package io.dropprobe.operator.accounting;

import io.dropprobe.api.Limits;
import io.dropprobe.api.v1alpha1.Retired;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Folds the share of nodes that are gone into {@code status.retired}, each once. */
public final class Retirement {
  private Retirement() {}

  /**
   * The new {@code status.retired}. Owners of what is folded in stay on record until the
   * DropProbeNode is deleted or another's; the record is short, so after a large scale-down it
   * takes several passes. Of samples of one kernel the smaller ones are folded in first, as what
   * they had before it.
   *
   * @param before null is none
   * @param shares all shares of the probe and series
   * @param gone whether the node of a share is gone
   * @param owners of all DropProbeNodes that exist
   */
  public static Retired fold(
      Retired before, List<Share> shares, Predicate<Share> gone, Set<String> owners) {
    Retired after = copy(before);
    after.folded.retainAll(owners);
    for (Share s : shares.stream().sorted(Share.BY_COUNT).toList()) {
      boolean fold =
          !after.folded.contains(s.owner())
              && gone.test(s)
              && !isAwaited(s, rest(shares, after), gone);
      if (fold && after.folded.size() < Limits.FOLDED) {
        add(after, s, counts(s, shares, after.folded));
        after.folded.add(s.owner());
      }
    }
    return after;
  }

  /**
   * Whether another node of the same kernel has yet to take over the counting. When the lease is
   * out that node reports the whole epoch, and only what was before it is this one's.
   */
  private static boolean isAwaited(Share s, List<Share> rest, Predicate<Share> gone) {
    return rest.stream().anyMatch(o -> o.awaits(s) && !gone.test(o));
  }

  /** The shares that are not folded in. */
  public static List<Share> rest(List<Share> shares, Retired retired) {
    return shares.stream().filter(s -> !retired.folded.contains(s.owner())).toList();
  }

  /** While another node speaks for the same kernel, what this one had before it. */
  private static Counts counts(Share s, List<Share> shares, List<String> folded) {
    boolean otherSpeaks =
        shares.stream().anyMatch(o -> o != s && s.sameKernel(o) && !folded.contains(o.owner()));
    return otherSpeaks ? Counts.of(s.report().base) : Counts.of(s.report());
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
