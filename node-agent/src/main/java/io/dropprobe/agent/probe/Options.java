// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.agent.pod.PodNetns;
import io.dropprobe.api.schema.Lists;
import io.dropprobe.api.v1alpha1.IPFamily;
import io.dropprobe.api.v1alpha1.Match;
import io.dropprobe.api.v1alpha1.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Options of the module's command {@code add}, without the probe's identity. They are sorted, so
 * that the same match gives the same text.
 */
final class Options {
  /** Lists the reasons of the running kernel, see PROTOCOL.md. */
  private static final String REASONS = "/proc/mooc/net/drop-probes/reasons";

  private Options() {}

  /**
   * The options of one probe.
   *
   * @param fixed options that cannot change within an epoch
   * @param netns cookies of the matching network namespaces, separated by commas, which can change;
   *     null means all
   * @param note which part of the spec has no effect on this node; null means that all have
   */
  record Result(String fixed, @Nullable String netns, @Nullable String note) {
    /** All options, for the command. */
    String all() {
      if (netns == null) {
        return fixed;
      }
      return fixed.isEmpty() ? "netns=" + netns : fixed + " netns=" + netns;
    }
  }

  static Result of(DesiredProbe probe, ReasonNames names, PodNetns podNetns) {
    Match m = probe.match();
    List<String> options = new ArrayList<>();
    add(
        options,
        "protocols",
        Lists.orEmpty(m.protocols),
        (Protocol p) -> p.name().toLowerCase(Locale.ROOT));
    add(
        options,
        "families",
        Lists.orEmpty(m.ipFamilies),
        (IPFamily f) -> f == IPFamily.IPv4 ? "4" : "6");
    add(options, "ports", Lists.orEmpty(m.ports), String::valueOf);
    add(options, "cidrs", Lists.orEmpty(m.cidrs), c -> c);
    List<String> reasons = Lists.orEmpty(m.reasons);
    if (!reasons.isEmpty()) {
      // Also if this kernel has none of them: an empty list matches nothing.
      options.add(option("reasons", known(reasons, names), String::valueOf));
    }
    // To exclude reasons that this kernel does not have restricts nothing.
    add(options, "exclude-reasons", known(Lists.orEmpty(m.excludeReasons), names), String::valueOf);
    if (probe.stages()) {
      options.add("stages=on");
    }
    List<String> notes = notes(m, names);
    String netns = null;
    List<String> namespaces = Lists.orEmpty(m.namespaces);
    if (!namespaces.isEmpty()) {
      PodNetns.Choice choice = podNetns.choose(namespaces);
      netns = choice.cookies();
      Optional.ofNullable(choice.note()).ifPresent(notes::add);
    }
    return new Result(
        String.join(" ", options), netns, notes.isEmpty() ? null : String.join("; ", notes));
  }

  private static List<String> notes(Match m, ReasonNames names) {
    List<String> notes = new ArrayList<>();
    unknown(notes, "spec.match.reasons", "matched", Lists.orEmpty(m.reasons), names);
    unknown(notes, "spec.match.excludeReasons", "excluded", Lists.orEmpty(m.excludeReasons), names);
    return notes;
  }

  private static void unknown(
      List<String> notes, String field, String done, List<String> reasons, ReasonNames names) {
    if (reasons.isEmpty()) {
      return;
    }
    List<String> unknown = reasons.stream().filter(r -> names.id(r).isEmpty()).toList();
    if (names.ids().isEmpty()) {
      notes.add(
          field
              + ": this kernel has no drop reasons, so none is "
              + done
              + "; remove this field or select other nodes");
    } else if (!unknown.isEmpty()) {
      notes.add(
          // The names come last: a long list is truncated.
          ("%s: this kernel does not have these drop reasons, so they are not %s; check their"
                  + " spelling against %s on the node: %s")
              .formatted(field, done, REASONS, String.join(", ", unknown)));
    }
  }

  private static List<Long> known(List<String> reasons, ReasonNames names) {
    return reasons.stream().flatMap(r -> names.id(r).stream()).sorted().distinct().toList();
  }

  private static <T> void add(
      List<String> options, String key, Collection<T> values, Function<T, String> text) {
    if (!values.isEmpty()) {
      options.add(option(key, values, text));
    }
  }

  private static <T> String option(String key, Collection<T> values, Function<T, String> text) {
    return values.stream()
        .sorted()
        .distinct()
        .map(text)
        .collect(Collectors.joining(",", key + "=", ""));
  }
}
