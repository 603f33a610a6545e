// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A command of the module's control file, parsed by the rules of {@code
 * kmod-builder/module/PROTOCOL.md}.
 *
 * @param keys values by key, without a default for what was not given
 */
record FakeCommand(String verb, String name, Map<String, String> keys) {
  private static final int LONGEST = 16 * 1024;
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");
  private static final Pattern UID =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?");
  private static final Pattern OWNER = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern IPV4 = Pattern.compile("(\\d{1,3})(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
  private static final long U32_MAX = (1L << 32) - 1;
  private static final BigInteger U64_MAX =
      BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

  private static final Map<String, Predicate<String>> VALUES =
      Map.ofEntries(
          Map.entry("uid", matches(UID)),
          Map.entry("owner", matches(OWNER)),
          Map.entry("tag", matches(TAG)),
          Map.entry("lease", number(1, 86400)),
          Map.entry("cells", number(16, 65536)),
          Map.entry("stages", Set.of("on", "off")::contains),
          Map.entry(
              "protocols",
              list(6, Set.of("tcp", "udp", "icmp", "icmpv6", "sctp", "other")::contains)),
          Map.entry("families", list(2, Set.of("4", "6")::contains)),
          Map.entry("ports", list(16, number(1, 65535))),
          Map.entry("cidrs", list(16, FakeCommand::isCidr)),
          Map.entry("reasons", emptyOr(list(64, number(0, U32_MAX)))),
          Map.entry("exclude-reasons", emptyOr(list(64, number(0, U32_MAX)))),
          Map.entry("netns", emptyOr(list(512, number(BigInteger.ONE, U64_MAX)))));

  private static final Set<String> FILTER =
      Set.of("protocols", "families", "ports", "cidrs", "reasons", "exclude-reasons", "netns");

  /** The keys that each verb takes besides uid and owner. */
  private static final Map<String, Set<String>> TAKES =
      Map.of(
          "add",
          union(FILTER, Set.of("lease", "cells", "stages", "tag")),
          "set",
          Set.of("netns"),
          "renew",
          Set.of("lease"),
          "activate",
          Set.of(),
          "deactivate",
          Set.of(),
          "remove",
          Set.of());

  /** Empty where the module answers EINVAL. */
  static Optional<FakeCommand> parse(String text) {
    String line = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    String[] words = line.split(" ", -1);
    if (text.length() > LONGEST
        || words.length < 2
        || !TAKES.containsKey(words[0])
        || !NAME.matcher(words[1]).matches()) {
      return Optional.empty();
    }
    Map<String, String> keys = new HashMap<>();
    for (String word : List.of(words).subList(2, words.length)) {
      String[] pair = word.split("=", 2);
      if (pair.length < 2
          || !VALUES.containsKey(pair[0])
          || keys.containsKey(pair[0])
          || !VALUES.get(pair[0]).test(pair[1])) {
        return Optional.empty();
      }
      keys.put(pair[0], pair[1]);
    }
    return Optional.of(new FakeCommand(words[0], words[1], keys)).filter(FakeCommand::isComplete);
  }

  private boolean isComplete() {
    Set<String> identity = Set.of("uid", "owner");
    // What set and renew take they also need.
    Set<String> needs = verb.equals("add") ? identity : union(identity, TAKES.get(verb));
    return keys.keySet().containsAll(needs)
        && union(identity, TAKES.get(verb)).containsAll(keys.keySet())
        && !(keys.containsKey("reasons") && keys.containsKey("exclude-reasons"));
  }

  private static Predicate<String> matches(Pattern pattern) {
    return pattern.asMatchPredicate();
  }

  private static Predicate<String> number(long min, long max) {
    return number(BigInteger.valueOf(min), BigInteger.valueOf(max));
  }

  private static Predicate<String> number(BigInteger min, BigInteger max) {
    return text ->
        text.matches("[0-9]+")
            && new BigInteger(text).compareTo(min) >= 0
            && new BigInteger(text).compareTo(max) <= 0;
  }

  private static Predicate<String> list(int longest, Predicate<String> element) {
    return text -> {
      List<String> elements = List.of(text.split(",", -1));
      return elements.size() <= longest && elements.stream().allMatch(element);
    };
  }

  private static Predicate<String> emptyOr(Predicate<String> other) {
    return other.or(String::isEmpty);
  }

  private static boolean isCidr(String text) {
    String[] parts = text.split("/", 2);
    boolean six = IPV6.matcher(parts[0]).matches();
    return parts.length == 2
        && (six || IPV4.matcher(parts[0]).matches())
        && isAddress(parts[0])
        && number(0, six ? 128 : 32).test(parts[1]);
  }

  /** A literal in one of the two forms is never looked up in the DNS. */
  private static boolean isAddress(String literal) {
    try {
      return InetAddress.getByName(literal) != null;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static Set<String> union(Set<String> a, Set<String> b) {
    Set<String> all = new java.util.HashSet<>(a);
    all.addAll(b);
    return all;
  }
}
