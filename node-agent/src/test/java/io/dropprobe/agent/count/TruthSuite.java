// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.Kernel;
import io.dropprobe.agent.kernel.KernelPaths;
import io.dropprobe.agent.kernel.LinuxKernel;
import io.dropprobe.agent.kernel.Netstat;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.Syscalls;
import io.dropprobe.api.catalog.Catalog;
import io.dropprobe.api.catalog.Cause;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.catalog.Free;
import io.dropprobe.api.client.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges the truth suite: what the agent makes of the snapshots that the workloads have left, with
 * its own parser, ledger and catalogue, compared with the table. Run by {@code
 * kmod-builder/module-tests/truth/run}.
 */
public final class TruthSuite {
  private static final String PROBE = "truth";

  private final TruthTable table;
  private final Catalog catalog = Catalog.load();
  private int passed;
  private int failed;
  private int skipped;

  private TruthSuite(TruthTable table) {
    this.table = table;
  }

  /**
   * Prints a line for each kernel and workload, and ends with 1 if one failed.
   *
   * @param args the table; the folder with one folder for each kernel; the kernels
   */
  public static void main(String[] args) throws IOException {
    TruthSuite suite = new TruthSuite(TruthTable.parse(Files.readAllLines(Path.of(args[0]))));
    for (String kernel : Arrays.asList(args).subList(2, args.length)) {
      suite.judge(kernel, Path.of(args[1]).resolve(kernel).resolve("out"));
    }
    System.out.printf(
        "%d passed, %d failed, %d skipped%n", suite.passed, suite.failed, suite.skipped);
    System.exit(suite.failed == 0 ? 0 : 1);
  }

  private void judge(String kernel, Path out) throws IOException {
    List<String> lines = Files.readAllLines(out.resolve("results"));
    if (!lines.contains("end")) {
      fail(kernel, "machine", "the virtual machine ended before its workloads did", List.of());
    }
    for (String line : lines) {
      String[] words = line.split("\t", -1);
      if (words.length < 4) {
        continue; // the last line
      }
      String name = words[1];
      TruthTable.Row row = table.rows().get(name);
      if (words[0].equals("failed")) {
        fail(kernel, name, "has failed by itself: " + words[3], List.of());
      } else if (row == null) {
        continue; // the kernel log
      } else if (words[0].equals("skipped") != row.on(kernel).skipped()) {
        fail(kernel, name, "runs and should not, or the reverse: " + words[3], List.of());
      } else if (words[0].equals("skipped")) {
        skipped++;
        print("skip", kernel, name, row.on(kernel).why());
      } else {
        compare(kernel, name, row.on(kernel), Outcome.of(out.resolve(name), catalog));
      }
    }
  }

  private void compare(String kernel, String name, TruthTable.Expected expected, Outcome outcome) {
    Map<Effect, Long> wanted = new EnumMap<>(Effect.class);
    wanted.put(Effect.Lost, expected.lost().packets(outcome.measured()));
    wanted.put(Effect.Refused, expected.refused().packets(outcome.measured()));
    wanted.put(Effect.Unclear, expected.unclear().packets(outcome.measured()));
    String got =
        text(outcome.counted()) + ", noise " + outcome.counted().getOrDefault(Effect.Noise, 0L);
    List<Effect> wrong =
        wanted.keySet().stream()
            .filter(e -> !wanted.get(e).equals(outcome.counted().getOrDefault(e, 0L)))
            .toList();
    if (wrong.isEmpty()) {
      passed++;
      print("ok", kernel, name, got + (expected.why().isEmpty() ? "" : "  " + expected.why()));
    } else {
      fail(kernel, name, "expected " + text(wanted) + "; got " + got, outcome.sums());
    }
  }

  private static String text(Map<Effect, Long> packets) {
    return "lost %d refused %d unclear %d"
        .formatted(
            packets.getOrDefault(Effect.Lost, 0L),
            packets.getOrDefault(Effect.Refused, 0L),
            packets.getOrDefault(Effect.Unclear, 0L));
  }

  private void fail(String kernel, String name, String why, List<String> sums) {
    failed++;
    print("FAIL", kernel, name, why);
    sums.forEach(sum -> System.out.println("    | " + sum));
  }

  private static void print(String result, String kernel, String name, String text) {
    System.out.printf("%-4s %-10s %-34s %s%n", result, kernel, name, text);
  }

  /**
   * What a workload has left.
   *
   * @param measured N: what was lost or refused, as the workload knows it without the module
   * @param counted packets by effect, as the agent counts them
   * @param sums what has grown, each with its cause, for people to read
   */
  private record Outcome(long measured, Map<Effect, Long> counted, List<String> sums) {
    static Outcome of(Path folder, Catalog catalog) throws IOException {
      Kernel before = kernel(folder.resolve("before"));
      Kernel after = kernel(folder.resolve("after"));
      Counts then = counts(catalog, before);
      Counts now = counts(catalog, before, after);
      Map<Effect, Long> counted = new EnumMap<>(Effect.class);
      for (Effect effect : Effect.values()) {
        counted.put(effect, now.of(effect) - then.of(effect));
      }
      return new Outcome(
          Long.parseLong(Files.readString(folder.resolve("measured")).strip()),
          counted,
          sums(before, after, catalog));
    }

    private static Kernel kernel(Path saved) {
      return new LinuxKernel(
          new KernelPaths(saved, saved, saved, saved), new NoCalls(), Time.system());
    }

    /** What the agent has counted after passes that read these. */
    private static Counts counts(Catalog catalog, Kernel... passes) throws IOException {
      Ledger ledger =
          new Ledger(new Journal(Path.of("/nonexistent")), names -> Judge.of(catalog, names));
      for (Kernel pass : passes) {
        record(ledger, pass);
      }
      // What a counter had counted in the previous pass is a loss in this one.
      record(ledger, passes[passes.length - 1]);
      return ledger.find(probe(passes[0]).uid(), "series", "node").orElseThrow().total();
    }

    private static void record(Ledger ledger, Kernel pass) throws IOException {
      ledger.know(pass.reasons(), pass.interfaces(), Instant.EPOCH);
      ledger.record(probe(pass), pass.netstat(PROBE, Interfaces.NONE), "series", "node", "", false);
    }

    private static ProbeSnapshot probe(Kernel pass) throws IOException {
      return pass.probe(PROBE).orElseThrow(() -> new NoSuchFileException(PROBE));
    }

    private static List<String> sums(Kernel before, Kernel after, Catalog catalog)
        throws IOException {
      Judge judge =
          Judge.of(catalog, after.reasons()).with(after.netstat(PROBE, Interfaces.NONE).usable());
      Map<Key, PacketCounters> had = Reading.sums(probe(before), before.interfaces());
      Interfaces interfaces = after.interfaces();
      List<String> lines = new ArrayList<>();
      Reading.sums(probe(after), interfaces)
          .forEach(
              (key, now) -> {
                long grown = now.packets() - had.getOrDefault(key, PacketCounters.ZERO).packets();
                if (grown != 0) {
                  lines.add(line(grown, key, judge.causeOf(key.free())));
                }
              });
      lines.addAll(
          grown(before.netstat(PROBE, Interfaces.NONE), after.netstat(PROBE, Interfaces.NONE)));
      return lines.stream().sorted().toList();
    }

    /** The kernel's own counters. */
    private static List<String> grown(Netstat before, Netstat after) {
      return after.sums().entrySet().stream()
          .filter(e -> e.getValue() > before.packets(e.getKey()))
          .map(e -> "counter " + e.getKey() + " " + (e.getValue() - before.packets(e.getKey())))
          .toList();
    }

    private static String line(long packets, Key key, Cause cause) {
      Free f = key.free();
      return "%-7s %-11s %5d  %s@%s tcp=%s to=%s socket=%s driver=%s %s"
          .formatted(
              cause.effect(),
              cause.dropClass(),
              packets,
              f.reason(),
              word(f.function()),
              word(f.tcp()),
              word(f.to()),
              word(f.socket()),
              word(f.driver()),
              key.direction());
    }

    private static String word(@Nullable String value) {
      return value == null ? "-" : value;
    }
  }

  /** Saved files take no commands. */
  private static final class NoCalls implements Syscalls {
    @Override
    public void loadModule(byte[] module, String parameters) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void unloadModule(String name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(Path file, byte[] bytes) {
      throw new UnsupportedOperationException();
    }
  }
}
