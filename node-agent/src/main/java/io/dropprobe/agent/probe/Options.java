package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ReasonNames;
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

/**
 * What a probe is added with, besides its identity: the words that the module's {@code add} takes.
 * Sorted, so that the same match gives the same words.
 */
final class Options {
  private Options() {}

  /** Words, or the reason why there are none. */
  record Result(String words, Verdict.Failed failed) {}

  static Result of(WantedProbe probe, ReasonNames names) {
    Match m = probe.match();
    if (given(m.namespaces)) {
      return failed(
          "MatchNotSupported",
          "spec.match.namespaces is not supported by this version of the agent; remove it to count on"
              + " this node");
    }
    Optional<Verdict.Failed> unknown =
        unknown("reasons", m.reasons, names)
            .or(() -> unknown("excludeReasons", m.excludeReasons, names));
    // Excluding what this kernel does not know is no restriction.
    if (unknown.isPresent() && given(m.reasons)) {
      return new Result(null, unknown.get());
    }
    List<String> words = new ArrayList<>();
    add(words, "protocols", m.protocols, (Protocol p) -> p.name().toLowerCase(Locale.ROOT));
    add(words, "families", m.ipFamilies, (IPFamily f) -> f == IPFamily.IPv4 ? "4" : "6");
    add(words, "ports", m.ports, String::valueOf);
    add(words, "cidrs", m.cidrs, c -> c);
    add(words, "reasons", known(m.reasons, names), String::valueOf);
    add(words, "exclude-reasons", known(m.excludeReasons, names), String::valueOf);
    if (probe.stages()) {
      words.add("stages=on");
    }
    return new Result(String.join(" ", words), null);
  }

  /** Which parts of the spec the words came from, for messages; empty for none. */
  static String fields(WantedProbe probe) {
    Match m = probe.match();
    List<String> fields = new ArrayList<>();
    field(fields, "spec.match.protocols", m.protocols);
    field(fields, "spec.match.ipFamilies", m.ipFamilies);
    field(fields, "spec.match.ports", m.ports);
    field(fields, "spec.match.cidrs", m.cidrs);
    field(fields, "spec.match.reasons", m.reasons);
    field(fields, "spec.match.excludeReasons", m.excludeReasons);
    return String.join(", ", fields);
  }

  /** The same of those that the first version of the module refused. */
  static String lateFields(WantedProbe probe) {
    List<String> fields = new ArrayList<>();
    field(fields, "spec.match.namespaces", probe.match().namespaces);
    if (probe.stages()) {
      fields.add("spec.stages");
    }
    return String.join(", ", fields);
  }

  private static Optional<Verdict.Failed> unknown(
      String field, List<String> reasons, ReasonNames names) {
    if (!given(reasons) || !known(reasons, names).isEmpty()) {
      return Optional.empty();
    }
    String message =
        names.ids().isEmpty()
            ? "spec.match." + field + ": this kernel gives no reasons for drops"
            : "spec.match." + field + ": this kernel knows none of " + String.join(", ", reasons);
    return Optional.of(new Verdict.Failed("ReasonsUnknown", message));
  }

  private static List<Long> known(List<String> reasons, ReasonNames names) {
    return reasons == null
        ? List.of()
        : reasons.stream().flatMap(r -> names.id(r).stream()).sorted().distinct().toList();
  }

  private static <T> void add(
      List<String> words, String key, Collection<T> values, Function<T, String> word) {
    if (given(values)) {
      words.add(
          values.stream()
              .sorted()
              .distinct()
              .map(word)
              .collect(Collectors.joining(",", key + "=", "")));
    }
  }

  private static void field(List<String> fields, String name, Collection<?> values) {
    if (given(values)) {
      fields.add(name);
    }
  }

  private static boolean given(Collection<?> values) {
    return values != null && !values.isEmpty();
  }

  private static Result failed(String reason, String message) {
    return new Result(null, new Verdict.Failed(reason, message));
  }
}
