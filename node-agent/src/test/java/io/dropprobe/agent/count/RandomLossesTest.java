// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.ReasonNames;
import io.dropprobe.api.catalog.Catalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Losses of all kinds at random: with and without a free, which may come one pass after the counter
 * has counted. Each is counted once, whatever passes read and when the agent restarts.
 */
class RandomLossesTest {
  @TempDir Path dir;
  private Random random;
  private Ledger ledger;
  private TestFrees frees;
  private final List<Runnable> underWay = new ArrayList<>();
  private final Map<String, Long> counters = new HashMap<>();
  private long silent;
  private long races;
  private long rules;

  @Test
  void eachLossIsCountedOnce() throws Exception {
    for (int seed = 0; seed < 200; seed++) {
      begin(seed);
      for (int step = 0; step < 40; step++) {
        step(random.nextInt(8));
        String when = "seed " + seed + ", step " + step;
        assertTrue(counted("Half") <= silent, () -> when + ": silent losses run ahead");
        assertTrue(counted("Race") <= races, () -> when + ": races run ahead");
      }
      for (int i = 0; i < 3; i++) {
        pass(netstat());
      }
      assertEquals(silent, counted("Half"), "silent losses, seed " + seed);
      assertEquals(races, counted("Race"), "races, seed " + seed);
      assertEquals(rules, counted("RULE"), "packets that rules refuse, seed " + seed);
    }
  }

  private void begin(int seed) throws Exception {
    random = new Random(seed);
    Files.deleteIfExists(dir.resolve("journal"));
    frees = new TestFrees("e" + seed);
    underWay.clear();
    counters.clear();
    silent = 0;
    races = 0;
    rules = 0;
    start();
    pass(netstat());
  }

  private void step(int what) {
    long n = 1 + random.nextInt(9);
    switch (what) {
      case 0 -> {
        counters.merge("Half", n, Long::sum);
        silent += n;
      }
      case 1 -> {
        counters.merge("Half", n, Long::sum);
        soon(() -> frees.free("FULL", random.nextInt(9) == 0 ? null : "queue", n));
      }
      case 2 -> {
        counters.merge("Race", n, Long::sum);
        races += n;
        soon(() -> frees.free("RULE", "hook", n));
      }
      case 3 -> {
        frees.free("RULE", "hook", n);
        rules += n;
      }
      case 4 -> pass(null);
      case 5 -> {
        ledger.save();
        start();
      }
      default -> pass(netstat());
    }
  }

  /** A free comes at once, or after the pass that follows. */
  private void soon(Runnable free) {
    if (random.nextBoolean()) {
      free.run();
    } else {
      underWay.add(free);
    }
  }

  private void start() {
    ledger =
        new Ledger(
            new Journal(dir.resolve("journal")), n -> Judge.of(Catalog.of(TallyTest.CATALOG), n));
    ledger.know(ReasonNames.NONE, Interfaces.NONE, Instant.EPOCH);
    ledger.load(List.of());
  }

  private Netstat netstat() {
    return new Netstat(TallyTest.NAMES, Set.of(), counters, 0, 0, List.of());
  }

  private void pass(Netstat netstat) {
    ledger.record(frees.snapshot(), netstat, "s", "n1", "", false);
    underWay.forEach(Runnable::run);
    underWay.clear();
  }

  private long counted(String cause) {
    return ledger.find("u1", "s", "n1").orElseThrow().total().causes().entrySet().stream()
        .filter(e -> e.getKey().name().equals(cause))
        .mapToLong(e -> e.getValue().packets())
        .sum();
  }
}
