package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a probe has counted, noise apart.
 *
 * @param packets without noise
 * @param segments without noise
 * @param bytes without noise
 * @param noise packets whose reason, or reason and function, is of class Noise
 * @param unkeyed packets without detail
 * @param last when the last packet was dropped; null when none was
 * @param reasons packets by reason, without noise; may sum to less than packets where detail was
 *     not kept
 * @param locations packets by kernel function, without noise; may sum to less
 * @param stages packets at the stages of the path, dropped or not; empty when not counted
 */
public record Counts(
    long packets,
    long segments,
    long bytes,
    long noise,
    long unkeyed,
    Instant last,
    Map<String, Long> reasons,
    Map<String, Long> locations,
    Map<String, Stage> stages) {

  /** Nothing. */
  public static final Counts ZERO = new Counts(0, 0, 0, 0, 0, null, Map.of(), Map.of(), Map.of());

  /** Keys of a map that are kept apart in sums, so that the journal stays small. */
  private static final int DETAIL = 256;

  /** Copies. */
  public Counts {
    reasons = Collections.unmodifiableMap(new TreeMap<>(reasons));
    locations = Collections.unmodifiableMap(new TreeMap<>(locations));
    stages = Collections.unmodifiableMap(new TreeMap<>(stages));
  }

  /** Of one snapshot. */
  public static Counts of(ProbeSnapshot probe, ReasonCatalog catalog) {
    long packets = 0;
    long segments = 0;
    long bytes = 0;
    long noise = 0;
    Instant last = null;
    Map<String, Long> reasons = new TreeMap<>();
    Map<String, Long> locations = new TreeMap<>();
    Map<Long, ReasonSplit> splits = new TreeMap<>();
    for (ProbeSnapshot.Reason r : probe.reasons()) {
      splits.put(r.id(), new ReasonSplit(r, catalog));
    }
    for (ProbeSnapshot.Cell c : probe.cells()) {
      ReasonSplit split = splits.get(c.reason());
      String function = function(c.location());
      if (split == null || !split.add(c, function)) {
        locations.merge(function, c.packets(), Long::sum);
      }
    }
    for (ProbeSnapshot.Reason r : probe.reasons()) {
      ReasonSplit split = splits.get(r.id());
      ReasonSplit.Amount drops = split.drops();
      noise += split.noise();
      packets += drops.packets();
      segments += drops.segments();
      bytes += drops.bytes();
      last = later(last, drops.last());
      if (drops.packets() > 0) {
        reasons.merge(name(r), drops.packets(), Long::sum);
      }
    }
    return new Counts(
        packets,
        segments,
        bytes,
        noise,
        probe.unkeyed(),
        last,
        reasons,
        locations,
        Stage.of(probe.stages()));
  }

  /** A reason that the kernel does not name keeps its number. */
  private static String name(ProbeSnapshot.Reason r) {
    return r.name().equals("-") ? "UNNAMED_" + r.id() : r.name();
  }

  /** {@code __udp4_lib_rcv+0x12} is {@code __udp4_lib_rcv}. */
  private static String function(String location) {
    int plus = location.indexOf('+');
    String function = plus > 0 ? location.substring(0, plus) : location;
    return function.length() > Limits.LOCATION ? function.substring(0, Limits.LOCATION) : function;
  }

  /** The sum of this and a later one. */
  public Counts plus(Counts o) {
    return new Counts(
        packets + o.packets,
        segments + o.segments,
        bytes + o.bytes,
        noise + o.noise,
        unkeyed + o.unkeyed,
        later(last, o.last),
        merged(reasons, o.reasons),
        merged(locations, o.locations),
        Stage.sum(stages, o.stages));
  }

  /** The same numbers, and of the detail what is not an earlier one's already. */
  Counts withoutDetailOf(Counts earlier) {
    return new Counts(
        packets,
        segments,
        bytes,
        noise,
        unkeyed,
        last,
        less(reasons, earlier.reasons),
        less(locations, earlier.locations),
        Stage.less(stages, earlier.stages));
  }

  /** A key that is not there was cut: it is in the rest. */
  private static Map<String, Long> less(Map<String, Long> all, Map<String, Long> earlier) {
    Map<String, Long> left = new TreeMap<>(all);
    earlier.forEach(
        (k, v) ->
            left.computeIfPresent(
                left.containsKey(k) ? k : Names.OTHER, (key, sum) -> sum > v ? sum - v : null));
    return left;
  }

  /**
   * All packets, noise included: never goes down within a series, so the larger one is the newer.
   */
  public long everything() {
    return packets + noise;
  }

  static Instant later(Instant a, Instant b) {
    return a == null || (b != null && b.isAfter(a)) ? b : a;
  }

  private static Map<String, Long> merged(Map<String, Long> a, Map<String, Long> b) {
    Map<String, Long> sum = new TreeMap<>(a);
    b.forEach((k, v) -> sum.merge(k, v, Long::sum));
    return sum.size() <= DETAIL ? sum : largest(sum, DETAIL);
  }

  /** The largest entries, the rest summed up as {@code other}. Ties in the order of the names. */
  public static Map<String, Long> largest(Map<String, Long> all, int keep) {
    Map<String, Long> named = new TreeMap<>(all);
    Long other = named.remove(Names.OTHER);
    Map<String, Long> kept =
        named.entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(keep)
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    Map.Entry::getValue,
                    (x, y) -> x,
                    java.util.LinkedHashMap::new));
    long cut =
        named.values().stream().mapToLong(Long::longValue).sum()
            - kept.values().stream().mapToLong(Long::longValue).sum()
            + (other == null ? 0 : other);
    if (cut > 0) {
      kept.put(Names.OTHER, cut);
    }
    return kept;
  }
}
