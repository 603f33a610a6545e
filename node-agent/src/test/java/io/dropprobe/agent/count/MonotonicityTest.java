// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.v1alpha1.Base;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.NodeCause;
import io.dropprobe.api.v1alpha1.ProbeReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No number ever goes down, and all freed packets are in one: for random sequences of frees,
 * readings, restarts with other catalogues, lost disks and reboots.
 */
class MonotonicityTest {
  private static final List<String> REASONS = List.of("FULL", "CLOSED", "PURGE", "ODD", "MORE");

  /** Another judge may call each of these anything. */
  private static final List<DropClass> CLASSES =
      List.of(DropClass.Congestion, DropClass.Policy, DropClass.Unspecified, DropClass.Copy);

  @TempDir Path dir;
  private Random random;
  private Judge judge;
  private Ledger ledger;
  private TestFrees kernel;
  private int epochs;
  private long freed;
  private Counts seen;
  private ProbeReport report;
  private Counts reported;

  @Test
  void noNumberGoesDown() throws IOException {
    for (int seed = 0; seed < 150; seed++) {
      begin(seed);
      for (int step = 0; step < 60; step++) {
        String when = "seed " + seed + ", step " + step;
        step(random.nextInt(14), when);
        check(when);
      }
    }
  }

  private void begin(int seed) throws IOException {
    random = new Random(seed);
    Files.deleteIfExists(journal());
    judge = TestFrees.JUDGE;
    report = null;
    reported = Counts.ZERO;
    seen = Counts.ZERO;
    freed = 0;
    kernel = new TestFrees("e" + ++epochs);
    start();
    read();
  }

  private void step(int what, String when) throws IOException {
    switch (what) {
      case 0, 1, 2, 3 -> free();
      case 4 -> read();
      case 5 -> {
        if (random.nextInt(4) > 0) {
          ledger.save();
        }
        writeReport();
      }
      case 6 -> ledger.save();
      case 7 -> stop();
      case 8 -> {
        stop();
        judge = anyJudge();
        start();
      }
      case 9 -> {
        // Killed: the journal may be old, and what was not reported may be judged again.
        seen = reported;
        start();
      }
      case 10 -> {
        Files.deleteIfExists(journal());
        judge = anyJudge();
        seen = reported;
        start();
        if (report == null || !kernel.epoch().equals(report.epoch)) {
          readAfterLoss();
        }
      }
      case 11 -> startWithoutReport(when);
      case 12 -> {
        // The power fails: what was neither reported nor saved is lost.
        seen = reported;
        kernel = new TestFrees("e" + ++epochs);
        start();
        readAfterLoss();
      }
      default -> {
        ledger.recordLast(kernel.snapshot(), Netstat.NONE);
        ledger.save();
        kernel = new TestFrees("e" + ++epochs);
      }
    }
    if (what >= 7) {
      read();
    }
  }

  private void free() {
    long packets = 1 + random.nextInt(9);
    String reason = REASONS.get(random.nextInt(REASONS.size()));
    int function = random.nextInt(4);
    kernel.free(reason, function == 0 ? null : "f" + function, packets);
    freed += packets;
    if (random.nextInt(8) == 0) {
      kernel.move(reason, "f1", "address");
    }
  }

  private Judge anyJudge() {
    Judge classes =
        TestFrees.judge(
            Map.of(
                "FULL", CLASSES.get(random.nextInt(CLASSES.size())),
                "CLOSED", CLASSES.get(random.nextInt(CLASSES.size()))));
    boolean waits = random.nextBoolean();
    return new Judge() {
      @Override
      public io.dropprobe.api.catalog.Cause causeOf(io.dropprobe.api.catalog.Free free) {
        return classes.causeOf(free);
      }

      @Override
      public boolean waits(io.dropprobe.api.catalog.Free free) {
        return waits && free.reason().equals("ODD");
      }
    };
  }

  private void start() {
    ledger = new Ledger(new Journal(journal()), names -> judge);
    ledger.load(ReportedAccounts.of(status()));
  }

  private DropProbeNodeStatus status() {
    DropProbeNodeStatus status = new DropProbeNodeStatus();
    status.nodeUID = "n1";
    status.probes = report == null ? List.of() : List.of(report);
    return status;
  }

  /** Killed, and the API server cannot be reached for a while: what is read meanwhile is shown. */
  private void startWithoutReport(String when) {
    seen = reported;
    ledger = new Ledger(new Journal(journal()), names -> judge);
    ledger.readJournal();
    for (int pass = random.nextInt(4); pass >= 0; pass--) {
      Netstat netstat = pass == 0 || random.nextBoolean() ? Netstat.NONE : null;
      Optional<Account> known = ledger.recordAsAdded(kernel.snapshot(), netstat);
      if (known.isPresent()) {
        notLess(known.get().total(), when);
        seen = known.get().total();
      }
      if (random.nextBoolean()) {
        ledger.save();
      }
      free();
    }
    ledger.load(ReportedAccounts.of(status()));
  }

  private void stop() {
    read();
    ledger.save();
    start();
  }

  private void read() {
    // Nothing is recorded of an epoch before the kernel's own counters are read.
    boolean first =
        ledger
            .find("u1", "s", "n1")
            .filter(a -> a.isOf(kernel.epoch()) && a.coverage() != null && a.floor() == null)
            .isEmpty();
    Netstat netstat = first || random.nextBoolean() ? Netstat.NONE : null;
    ledger.record(kernel.snapshot(), netstat, "s", "n1", "", false);
    ledger.saveChanges();
  }

  /** What was neither reported nor is in the kernel is lost. */
  private void readAfterLoss() {
    read();
    long left = account().total().everything() + waiting();
    assertTrue(left <= freed, left + " packets of " + freed);
    freed = left;
  }

  private Account account() {
    return ledger.find("u1", "s", "n1").orElseThrow();
  }

  private void writeReport() {
    Account a = account();
    report = new ProbeReport();
    report.uid = "u1";
    report.series = "s";
    report.epoch = a.epochId();
    report.base = new Base();
    report.base.assign(a.base().counters());
    report.assign(a.total().counters());
    report.causes =
        a.total().causes().entrySet().stream()
            .map(
                e ->
                    new NodeCause(
                        e.getKey().name(),
                        e.getKey().effect(),
                        e.getKey().dropClass(),
                        e.getValue().location(),
                        e.getValue().packets(),
                        e.getKey().direction()))
            .toList();
    reported = a.total();
  }

  private void check(String when) {
    Counts now = account().total();
    notLess(now, when);
    long read = now.everything() + waiting();
    assertTrue(read <= freed, () -> when + ": " + read + " packets of " + freed);
    read();
    assertEquals(freed, account().total().everything() + waiting(), when);
    seen = account().total();
  }

  private void notLess(Counts now, String when) {
    for (Effect effect : Effect.values()) {
      assertTrue(now.of(effect) >= seen.of(effect), () -> when + ": " + effect + " goes down");
      long named =
          now.causes().entrySet().stream()
              .filter(e -> e.getKey().effect() == effect)
              .mapToLong(e -> e.getValue().packets())
              .sum();
      assertEquals(now.of(effect), named, () -> when + ": causes of " + effect);
    }
    seen.causes()
        .forEach(
            (key, before) -> {
              long packets = now.causes().getOrDefault(key, Freed.NONE).packets();
              assertTrue(packets >= before.packets(), () -> when + ": " + key + " goes down");
            });
  }

  private long waiting() {
    return account().epoch().reading().waiting().values().stream()
        .mapToLong(PacketCounters::packets)
        .sum();
  }

  private Path journal() {
    return dir.resolve("journal");
  }
}
