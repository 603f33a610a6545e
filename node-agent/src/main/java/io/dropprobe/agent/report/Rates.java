package io.dropprobe.agent.report;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.ProbeReport;
import io.dropprobe.api.v1alpha1.ReasonCount;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Packets a second over the last interval: what is happening now. Each probe is compared with what
 * was last written of it. A rate holds until half an interval has passed, so that a write for
 * another cause does not measure over a moment. All times are milliseconds of one clock.
 */
final class Rates {
  /** Enough for one packet in a quarter of an hour. */
  private static final int DECIMALS = 3;

  private final Map<String, Sample> samples = new HashMap<>();

  /**
   * What was written of a probe.
   *
   * @param at when
   * @param same until when nothing was counted after that
   * @param reasons packets by reason
   * @param rates by reason, as written; the probe's own under null
   */
  private record Sample(
      String series,
      long at,
      long same,
      long packets,
      Map<String, Long> reasons,
      Map<String, String> rates) {

    static Sample of(ProbeReport p, long at) {
      Map<String, Long> reasons = new HashMap<>();
      list(p).forEach(r -> reasons.put(r.reason, r.packets));
      return new Sample(p.series, at, at, p.packets, reasons, rates(p));
    }

    Sample with(long unchanged) {
      return new Sample(series, at, unchanged, packets, reasons, rates);
    }

    Sample written(ProbeReport p) {
      return new Sample(series, at, same, packets, reasons, rates(p));
    }

    /** Of one series and grown since, or it is no rate. */
    boolean before(ProbeReport p) {
      return series.equals(p.series) && packets <= p.packets;
    }

    private static Map<String, String> rates(ProbeReport p) {
      Map<String, String> rates = new HashMap<>();
      rates.put(null, p.perSecond);
      list(p).forEach(r -> rates.put(r.reason, r.perSecond));
      return rates;
    }
  }

  /**
   * The same report with rates. A probe that is not in the kernel, or not known yet, has none.
   *
   * @return a copy
   */
  DropProbeNodeStatus added(DropProbeNodeStatus report, long now, long interval) {
    DropProbeNodeStatus copy = ReportCopy.of(report);
    for (ProbeReport p : probes(copy)) {
      Sample s = samples.get(p.uid);
      if (!counts(p) || s == null || !s.before(p)) {
        continue;
      }
      if (s.packets == p.packets) {
        s = s.with(now);
        samples.put(p.uid, s);
      }
      long start = Math.max(s.at, Math.min(s.same, now - interval));
      set(p, s, 2 * (now - start) < interval ? 0 : now - start);
    }
    return copy;
  }

  /** Takes note of what the API server has. */
  void written(DropProbeNodeStatus report, long at, long interval) {
    Set<String> uids = probes(report).stream().map(p -> p.uid).collect(Collectors.toSet());
    samples.keySet().retainAll(uids);
    for (ProbeReport p : probes(report)) {
      if (!counts(p)) {
        samples.remove(p.uid);
        continue;
      }
      Sample s = samples.get(p.uid);
      boolean young = s != null && s.before(p) && 2 * (at - s.at) < interval;
      samples.put(p.uid, young ? s.written(p) : Sample.of(p, at));
    }
  }

  /**
   * @param millis that the rate is measured over; 0 to keep the one that was written
   */
  private static void set(ProbeReport p, Sample s, long millis) {
    p.perSecond = millis == 0 ? s.rates.get(null) : rate(p.packets - s.packets, millis);
    for (ReasonCount r : list(p)) {
      r.perSecond = millis == 0 ? s.rates.get(r.reason) : rate(r, s, millis);
    }
  }

  /** Of a reason that may have been in {@code other} before, and of that itself, none is known. */
  private static String rate(ReasonCount r, Sample s, long millis) {
    Long before = s.reasons.get(r.reason);
    if (before == null && (s.reasons.containsKey(Names.OTHER) || r.reason.equals(Names.OTHER))) {
      return null;
    }
    return rate(r.packets - (before == null ? 0 : before), millis);
  }

  /** A canonical decimal: no exponent, no zeros at the end; null when it is not credible. */
  static String rate(long packets, long millis) {
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
    return p.epoch != null && p.series != null && p.packets != null;
  }

  private static List<ProbeReport> probes(DropProbeNodeStatus report) {
    return report == null || report.probes == null ? List.of() : report.probes;
  }

  private static List<ReasonCount> list(ProbeReport p) {
    return p.reasons == null ? List.of() : p.reasons;
  }
}
