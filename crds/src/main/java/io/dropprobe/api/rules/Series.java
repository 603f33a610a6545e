// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.rules;

import io.dropprobe.api.schema.Digest;
import io.dropprobe.api.schema.Sums;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import io.dropprobe.api.v1alpha1.Match;
import java.util.Collection;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the series of counts that a spec asks for: a hash of {@code match} and {@code
 * resetAt}. Counts never decrease within a series; a new series starts at zero. The agent stores it
 * with its counts, in the report and in its journal, so that both sides know which counts belong
 * together without having seen every generation of the spec.
 *
 * <p>The order of a list does not matter, and an empty list is the same as an absent one.
 *
 * <p>If {@code match} and {@code resetAt} come back to earlier values, this is another series: a
 * node that has missed what was between them would go on with its old counts, and the others not.
 * The operator counts such returns in the status.
 *
 * <p>The version of the model is part of it: numbers of another meaning are never added up.
 *
 * <p>A field that is new in {@code match} must be appended only if it is set: nodes remember the
 * series of probes without it, and another value would reset their counts to zero.
 */
public final class Series {
  private Series() {}

  /** The version of the model. Version 1 counted drops and noise, and was not written. */
  private static final int MODEL = 2;

  /** Returns the series of a DropProbe by its spec and its last status: 16 hexadecimal digits. */
  public static String of(DropProbe probe) {
    DropProbeStatus status = probe.getStatus();
    return of(probe.getSpec(), status == null ? null : status.returns);
  }

  /**
   * Returns the series of a spec: 16 hexadecimal digits.
   *
   * @param returns how often the spec came back to an earlier series; null means never
   */
  public static String of(DropProbeSpec spec, @Nullable Integer returns) {
    String back = Sums.orZero(returns) == 0 ? "" : "returns=" + returns + ";";
    return Digest.shortOf("model=" + MODEL + ";" + back + text(spec));
  }

  /** The series that a spec had before the model had a version. */
  public static String ofFirstModel(DropProbeSpec spec) {
    return Digest.shortOf(text(spec));
  }

  private static String text(DropProbeSpec spec) {
    Match m = spec.match == null ? new Match() : spec.match;
    StringBuilder text = new StringBuilder();
    part(text, "protocols", m.protocols);
    part(text, "ipFamilies", m.ipFamilies);
    part(text, "ports", m.ports);
    part(text, "cidrs", m.cidrs);
    part(text, "reasons", m.reasons);
    part(text, "excludeReasons", m.excludeReasons);
    part(text, "namespaces", m.namespaces);
    return text.append("resetAt=").append(spec.resetAt == null ? "" : spec.resetAt).toString();
  }

  private static void part(StringBuilder text, String name, @Nullable Collection<?> values) {
    TreeSet<String> sorted = new TreeSet<>();
    if (values != null) {
      values.forEach(v -> sorted.add(v.toString()));
    }
    text.append(name).append('=').append(String.join(",", sorted)).append(';');
  }
}
