// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import io.dropprobe.api.rules.Series;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The series of a DropProbe, and those before it. What has come back to an earlier series gets
 * another one, see {@link Series}.
 *
 * @param series that is current
 * @param earlier the last one first; null means none
 * @param returns null means never
 */
record SeriesHistory(String series, @Nullable List<String> earlier, @Nullable Integer returns) {
  /**
   * @param before the last status; may be empty
   */
  static SeriesHistory of(DropProbeSpec spec, DropProbeStatus before) {
    String now = Series.of(spec, before.returns);
    String last = before.series;
    if (last == null || last.equals(now)) {
      return new SeriesHistory(now, before.earlierSeries, before.returns);
    }
    List<String> known = Lists.orEmpty(before.earlierSeries);
    List<String> earlier =
        Stream.concat(Stream.of(last), known.stream()).limit(Limits.EARLIER_SERIES).toList();
    if (!known.contains(now)) {
      return new SeriesHistory(now, earlier, before.returns);
    }
    int returns = Sums.orZero(before.returns) + 1;
    return new SeriesHistory(Series.of(spec, returns), earlier, returns);
  }

  void into(DropProbeStatus status) {
    status.series = series;
    status.earlierSeries = earlier;
    status.returns = returns;
  }
}
