// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Packets per second over the last interval. Each probe is compared with its counts in the last
 * written report. A rate is kept until half an interval has passed, so that an early write does not
 * measure over too short a time. All times are milliseconds of one clock.
 */
final class Rates {
  /** Enough for one packet in 15 minutes. */
  private static final int DECIMALS = 3;

  private final Map<String, Sample> samples = new HashMap<>();

  /**
   * What was last written about a probe.
   *
   * @param at when it was written
   * @param same until when no packet but noise was counted after that
   * @param counts packets by name of their rate
   * @param rates as written, by name
   */
  private record Sample(
      @Nullable String series,
      long at,
      long same,
      Map<String, Long> counts,
      Map<String, @Nullable String> rates) {

    static Sample of(ProbeReport p, long at) {
      return new Sample(p.series, at, at, RatedNumbers.counts(p), RatedNumbers.rates(p));
    }

    Sample with(long unchanged) {
      return new Sample(series, at, unchanged, counts, rates);
    }

    Sample written(ProbeReport p) {
      return new Sample(series, at, same, counts, RatedNumbers.rates(p));
    }

    /** Whether a rate exists: same series, and the counts have not decreased. */
    boolean before(ProbeReport p) {
      return Objects.equals(series, p.series) && packets() <= RatedNumbers.packets(p);
    }

    long packets() {
      return counts.getOrDefault(RatedNumbers.ALL, 0L);
    }
  }

  /**
   * Adds rates to a report. A probe that is not in the kernel, or is reported for the first time,
   * has none.
   *
   * @return a copy of the report
   */
  DropProbeNodeStatus withRates(DropProbeNodeStatus report, long now, long interval) {
    DropProbeNodeStatus copy = ReportCopy.of(report);
    for (ProbeReport p : probes(copy)) {
      Sample s = samples.get(p.uid);
      if (!counts(p) || s == null || !s.before(p)) {
        continue;
      }
      if (s.packets() == RatedNumbers.packets(p)) {
        s = s.with(now);
        samples.put(p.uid, s);
      }
      long start = Math.max(s.at, Math.min(s.same, now - interval));
      set(p, s, 2 * (now - start) < interval ? 0 : now - start);
    }
    return copy;
  }

  /** Records the report that the API server accepted. */
  void written(@Nullable DropProbeNodeStatus report, long at, long interval) {
    Set<String> uids = probes(report).stream().map(p -> p.uid).collect(Collectors.toSet());
    samples.keySet().retainAll(uids);
    for (ProbeReport p : probes(report)) {
      if (!counts(p)) {
        samples.remove(p.uid);
        continue;
      }
      Sample s = samples.get(p.uid);
      if (s != null && s.before(p) && 2 * (at - s.at) < interval) {
        samples.put(p.uid, s.written(p));
      } else {
        samples.put(p.uid, Sample.of(p, at));
      }
    }
  }

  /**
   * Sets the rates of a probe.
   *
   * @param millis time over which the rate is measured; 0 to keep the written rate
   */
  private static void set(ProbeReport p, Sample s, long millis) {
    Map<String, Long> now = RatedNumbers.counts(p);
    RatedNumbers.setRates(
        p,
        name -> {
          if (millis == 0) {
            return s.rates.get(name);
          }
          Long before = s.counts.get(name);
          boolean moved =
              before == null
                  ? RatedNumbers.mayBeInRest(name, s.counts)
                  : RatedNumbers.mayHaveMoved(name, s.counts, now);
          return moved ? null : rate(Sums.orZero(now.get(name)) - Sums.orZero(before), millis);
        });
  }

  /**
   * A decimal without exponent and trailing zeros; null means that it exceeds {@link Limits#RATE}.
   */
  static @Nullable String rate(long packets, long millis) {
    BigDecimal rate =
        BigDecimal.valueOf(Math.max(0, packets))
            .multiply(BigDecimal.valueOf(1000))
            .divide(BigDecimal.valueOf(millis), DECIMALS, RoundingMode.HALF_UP);
    if (rate.compareTo(BigDecimal.valueOf(Limits.RATE)) > 0) {
      return null;
    }
    return rate.signum() == 0 ? "0" : rate.stripTrailingZeros().toPlainString();
  }

  private static boolean counts(ProbeReport p) {
    return p.epoch != null && p.series != null && p.lost != null;
  }

  private static List<ProbeReport> probes(@Nullable DropProbeNodeStatus report) {
    return report == null || report.probes == null ? List.of() : report.probes;
  }
}
