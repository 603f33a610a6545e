// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.catalog;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * The packaged file against the kernels of the matrix: their reasons and functions are in tables
 * that {@code crds/src/test/catalog/kernel-names} writes.
 */
class PackagedCatalogTest {
  private static final List<String> KERNELS =
      List.of("bullseye", "bookworm", "trixie", "trixie-rt", "sid");

  private static final List<Entry> ALL = CatalogFile.read(Catalog.text());

  /** Entries of freed packets. */
  private static final List<Entry> ENTRIES =
      ALL.stream().filter(e -> e.of(Entry.Key.COUNTER).isEmpty()).toList();

  private static final Set<String> COUNTERS =
      Stream.concat(all(Entry.Key.COUNTER).stream(), all(Entry.Key.IF_COUNTER).stream())
          .collect(Collectors.toSet());

  private static final Catalog CATALOG = Catalog.load();

  /** Kernels by reason and by function. */
  private static final Map<String, Set<String>> REASONS = table("reasons.txt");

  private static final Map<String, Set<String>> FUNCTIONS = table("functions.txt");

  /** Reasons of kernels that are not in the matrix. */
  private static final Set<String> OTHER_REASONS = table("other-reasons.txt").keySet();

  private static Stream<String> lines(String name) {
    try (InputStream in = PackagedCatalogTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Set<String>> table(String name) {
    Map<String, Set<String>> table = new TreeMap<>();
    lines(name)
        .map(line -> line.split(" "))
        .forEach(w -> table.put(w[0], Set.of(Arrays.copyOfRange(w, 1, w.length))));
    return table;
  }

  private static Predicate<String> namesOf(String kernel) {
    return reason -> REASONS.getOrDefault(reason, Set.of()).contains(kernel);
  }

  /** What is known of a kernel's frees by a probe that has its counters, too. */
  private static Predicate<String> knownWithCounters(String kernel) {
    return namesOf(kernel).or(COUNTERS::contains);
  }

  /** All values of a key in the catalogue. */
  private static Set<String> all(Entry.Key key) {
    Set<String> all = new TreeSet<>();
    ALL.forEach(e -> all.addAll(values(e, key)));
    return all;
  }

  private static Set<String> values(Entry entry, Entry.Key key) {
    return entry.values().getOrDefault(key, Set.of());
  }

  private static Set<String> without(Collection<String> all, Collection<String> without) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(without);
    return rest;
  }

  @Test
  void hasAnEntryForEachReasonOfTheKernels() {
    Set<String> byThemselves = new TreeSet<>();
    ENTRIES.stream()
        .filter(e -> e.values().keySet().equals(Set.of(Entry.Key.REASON)))
        .forEach(e -> byThemselves.addAll(values(e, Entry.Key.REASON)));
    assertEquals(Set.of(), without(REASONS.keySet(), byThemselves));
  }

  @Test
  void namesOnlyReasonsThatAKernelHas() {
    Set<String> known = new TreeSet<>(REASONS.keySet());
    known.addAll(OTHER_REASONS);
    assertEquals(Set.of(), without(all(Entry.Key.REASON), known));
    assertEquals(Set.of(), without(all(Entry.Key.IF_REASON), REASONS.keySet()));
    assertEquals(Set.of(), without(all(Entry.Key.UNLESS_REASON), REASONS.keySet()));
  }

  @Test
  void namesOnlyFunctionsThatAKernelHas() {
    assertEquals(Set.of(), without(all(Entry.Key.FUNCTION), FUNCTIONS.keySet()));
    assertEquals(Set.of(), without(FUNCTIONS.keySet(), all(Entry.Key.FUNCTION)));
  }

  @Test
  void namesOnlyFactsOfTheProtocol() {
    assertEquals(
        Set.of(), without(all(Entry.Key.TCP), Set.of("syn", "rst", "data", "fin", "empty")));
    assertEquals(
        Set.of(), without(all(Entry.Key.TO), Set.of("group", "broadcast", "other-host", "none")));
    assertEquals(Set.of(), without(all(Entry.Key.SOCKET), Set.of("time-wait", "listen")));
  }

  @Test
  void neverMatchesWithTwoEntriesOfOneRank() {
    List<String> alike = new ArrayList<>();
    for (Entry a : ENTRIES) {
      for (Entry b : ENTRIES) {
        if (a.line() < b.line() && a.rank() == b.rank() && meet(a, b)) {
          alike.add("lines " + a.line() + " and " + b.line());
        }
      }
    }
    assertEquals(List.of(), alike);
  }

  private static boolean meet(Entry a, Entry b) {
    for (Entry.Key key : a.values().keySet()) {
      boolean condition = key.word().startsWith("if-") || key == Entry.Key.UNLESS_REASON;
      if (!condition && Collections.disjoint(values(a, key), values(b, key))) {
        return false;
      }
    }
    return KERNELS.stream().anyMatch(k -> holds(a, k) && holds(b, k));
  }

  /** Whether the conditions of an entry hold on a kernel. */
  private static boolean holds(Entry entry, String kernel) {
    return values(entry, Entry.Key.IF_REASON).stream().allMatch(namesOf(kernel))
        && values(entry, Entry.Key.UNLESS_REASON).stream().noneMatch(namesOf(kernel));
  }

  @Test
  void hasNoValueThatNeverDecides() {
    List<String> unreachable = new ArrayList<>();
    for (Entry entry : ENTRIES) {
      Set<String> idle = new TreeSet<>();
      entry.values().forEach((key, values) -> values.forEach(v -> idle.add(key.word() + " " + v)));
      idle.removeIf(v -> v.startsWith("if-") || v.startsWith("unless-reason"));
      for (String kernel : KERNELS) {
        for (Free free : frees(entry, kernel)) {
          if (entry.equals(CATALOG.entryOf(free, namesOf(kernel)))
              || entry.equals(CATALOG.entryOf(free, knownWithCounters(kernel)))) {
            idle.remove("reason " + free.reason());
            idle.remove("function " + free.function());
            idle.remove("tcp " + free.tcp());
            idle.remove("to " + free.to());
            idle.remove("socket " + free.socket());
            idle.remove("driver " + free.driver());
          }
        }
      }
      idle.forEach(v -> unreachable.add("line " + entry.line() + ": " + v));
    }
    assertEquals(List.of(), unreachable);
  }

  /** All combinations of an entry's values that a kernel can have. */
  private static List<Free> frees(Entry entry, String kernel) {
    List<Free> frees = new ArrayList<>();
    for (String reason : orNull(entry, Entry.Key.REASON)) {
      boolean none = Free.NOT_SPECIFIED.equals(reason) || OTHER_REASONS.contains(reason);
      if (!none && !namesOf(kernel).test(String.valueOf(reason))) {
        continue;
      }
      for (String function : orNull(entry, Entry.Key.FUNCTION)) {
        if (function != null && !FUNCTIONS.getOrDefault(function, Set.of()).contains(kernel)) {
          continue;
        }
        for (String tcp : orNull(entry, Entry.Key.TCP)) {
          for (String to : orNull(entry, Entry.Key.TO)) {
            for (String socket : orNull(entry, Entry.Key.SOCKET)) {
              for (String driver : orNull(entry, Entry.Key.DRIVER)) {
                String at = function == null ? "elsewhere" : function;
                frees.add(new Free(String.valueOf(reason), at, tcp, to, socket, driver));
              }
            }
          }
        }
      }
    }
    return frees;
  }

  private static List<@Nullable String> orNull(Entry entry, Entry.Key key) {
    Set<String> values = values(entry, key);
    return values.isEmpty() ? Collections.singletonList(null) : List.copyOf(values);
  }

  /** Each value of an entry that explains frees is one that another entry leaves open or judges. */
  @Test
  void explainsOnlyFreesOfKernelsThatItIsFor() {
    List<String> idle = new ArrayList<>();
    for (Entry rule : ALL) {
      boolean explains = rule.values().containsKey(Entry.Key.REASON);
      if (!rule.of(Entry.Key.COUNTER).isEmpty() && explains) {
        boolean met = KERNELS.stream().anyMatch(k -> holds(rule, k) && !frees(rule, k).isEmpty());
        if (!met) {
          idle.add("line " + rule.line());
        }
      }
    }
    assertEquals(List.of(), idle);
  }

  @Test
  void namesOnlyCountersOfTheModule() throws IOException {
    String module = Files.readString(Path.of("../kmod-builder/module/netstat.c"));
    assertEquals(
        List.of(),
        COUNTERS.stream()
            .filter(c -> !module.contains('"' + c + '"'))
            .filter(c -> !module.contains("DEVICE_COUNTER(" + c + ")"))
            .toList());
  }

  /** Each line of frees.txt, on each of its kernels. */
  @Test
  void decidesTheFreesThatWereSeen() {
    assertAll(lines("frees.txt").flatMap(PackagedCatalogTest::checks));
  }

  private static Stream<Executable> checks(String line) {
    String[] words = line.split("\\s+");
    Map<String, String> facts = new HashMap<>();
    for (String fact : words[3].split(",")) {
      String[] pair = fact.split("=", 2);
      facts.put(pair[0], pair.length > 1 ? pair[1] : "");
    }
    String function = words[2].equals("-") ? null : words[2];
    Free free =
        new Free(
            words[1],
            function,
            facts.get("tcp"),
            facts.get("to"),
            facts.get("socket"),
            facts.get("driver"));
    DropClass expected = DropClass.valueOf(words[5]);
    return Stream.of(words[0].split(","))
        .map(
            kernel ->
                () -> {
                  assertTrue(KERNELS.contains(kernel), line);
                  assertEquals(
                      expected,
                      CATALOG.causeOf(free, namesOf(kernel)).dropClass(),
                      kernel + ": " + line);
                });
  }
}
