// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import io.dropprobe.agent.kernel.Interfaces;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.agent.kernel.TestSnapshot;
import io.dropprobe.api.catalog.Cause;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.catalog.Free;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a kernel has freed in one epoch, for tests; every packet has 10 bytes. */
final class TestFrees {
  /** Judges by the reason alone; an unknown one is Unclear. */
  static final Judge JUDGE = judge(Map.of());

  private static final Map<String, DropClass> CLASSES =
      Map.of(
          "FULL", DropClass.Congestion,
          "CLOSED", DropClass.ClosedPort,
          "PURGE", DropClass.Close);

  private final Map<String, Long> byCell = new TreeMap<>();
  private final String epoch;

  TestFrees(String epoch) {
    this.epoch = epoch;
  }

  /** A judge that has other classes for some reasons. */
  static Judge judge(Map<String, DropClass> others) {
    return free -> {
      DropClass other =
          others.getOrDefault(
              free.reason(), CLASSES.getOrDefault(free.reason(), DropClass.Unspecified));
      return new Cause(free.reason(), other);
    };
  }

  /** A judge for whose growth some reasons have to wait. */
  static Judge waiting(String... reasons) {
    return new Judge() {
      @Override
      public Cause causeOf(Free free) {
        return JUDGE.causeOf(free);
      }

      @Override
      public boolean waits(Free free) {
        return List.of(reasons).contains(free.reason());
      }
    };
  }

  /** Frees packets; without a function they have no cell. */
  TestFrees free(String reason, String function, long packets) {
    byCell.merge(reason + " " + function, packets, Long::sum);
    return this;
  }

  /** Gives the packets of a cell to another one. */
  void move(String reason, String from, String to) {
    Long packets = byCell.remove(reason + " " + from);
    if (packets != null) {
      free(reason, to, packets);
    }
  }

  String epoch() {
    return epoch;
  }

  ProbeSnapshot snapshot() {
    return snapshot(5);
  }

  ProbeSnapshot snapshot(long last) {
    Map<String, PacketCounters> reasons = new TreeMap<>();
    List<ProbeSnapshot.Cell> cells = new ArrayList<>();
    List<String> names = List.of("FULL", "CLOSED", "PURGE", "ODD", "MORE", "RULE", "ACK");
    byCell.forEach(
        (cell, n) -> {
          String reason = cell.split(" ")[0];
          String function = cell.split(" ")[1];
          PacketCounters packets = new PacketCounters(n, n, n * 10, Instant.ofEpochSecond(last));
          reasons.merge(reason, packets, PacketCounters::plus);
          if (!function.equals("null")) {
            cells.add(TestSnapshot.cell(names.indexOf(reason), function + "+0x1", packets));
          }
        });
    return TestSnapshot.of("a", "u1")
        .epoch(epoch)
        .counted(
            reasons.entrySet().stream()
                .map(
                    e ->
                        new ProbeSnapshot.Reason(
                            names.indexOf(e.getKey()), e.getKey(), e.getValue()))
                .toList(),
            cells)
        .build();
  }

  Map<Key, PacketCounters> sums() {
    return Reading.sums(snapshot(), Interfaces.NONE);
  }

  long packets() {
    return byCell.values().stream().mapToLong(n -> n).sum();
  }

  /** Packets of one effect. */
  static long of(Counts counts, Effect effect) {
    return counts.counters().of(effect);
  }
}
