// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parses the counters file of one probe. Rejects a truncated read (by the trailer, the number of
 * records, and the total, which must equal the sum of the reasons) and skips unknown records.
 */
public final class CounterParser {
  private CounterParser() {}

  /**
   * Parses the text of one read of the file.
   *
   * @throws TruncatedReadException if the read was truncated
   */
  public static ProbeSnapshot parse(String text) {
    ProcRecord probe = null;
    ProcRecord total = null;
    List<ProbeSnapshot.Reason> reasons = new ArrayList<>();
    // A node has tens of thousands of cells, and few that the agent distinguishes.
    Map<ProbeSnapshot.Cell, PacketCounters> cells = new LinkedHashMap<>();
    List<StageReading> stages = new ArrayList<>();
    long records = 0;
    for (String line : text.split("\n")) {
      ProcRecord r = ProcRecord.parse(line);
      switch (r.kind()) {
        case "probe" -> probe = r;
        case "total" -> total = r;
        case "reason" -> reasons.add(ProbeSnapshot.Reason.of(r));
        case "cell" ->
            cells.merge(ProbeSnapshot.Cell.of(r), PacketCounters.of(r), PacketCounters::plus);
        case "stage" -> stages.add(StageReading.of(r));
        case "end" -> {
          checkWhole(records, r.number("records"), text.endsWith("\n"));
          return snapshot(probe, total, reasons, summed(cells), stages);
        }
        default -> {
          // A record that a newer module has added.
        }
      }
      records++;
    }
    throw new TruncatedReadException("no record 'end' after " + records + " records");
  }

  private static List<ProbeSnapshot.Cell> summed(Map<ProbeSnapshot.Cell, PacketCounters> cells) {
    return cells.entrySet().stream().map(e -> e.getKey().with(e.getValue())).toList();
  }

  private static void checkWhole(long seen, long announced, boolean lineEnded) {
    if (!lineEnded || seen != announced) {
      throw new TruncatedReadException(
          seen + " records, but the record 'end' announces " + announced);
    }
  }

  private static ProbeSnapshot snapshot(
      @Nullable ProcRecord probe,
      @Nullable ProcRecord total,
      List<ProbeSnapshot.Reason> reasons,
      List<ProbeSnapshot.Cell> cells,
      List<StageReading> stages) {
    if (probe == null || total == null) {
      throw new TruncatedReadException("the record 'probe' or 'total' is missing");
    }
    long sum = ProbeSnapshot.packets(reasons);
    if (sum != total.number("packets")) {
      throw new TruncatedReadException(
          "the total is " + total.number("packets") + ", but the reasons sum to " + sum);
    }
    return new ProbeSnapshot(
        probe.text("name"),
        probe.text("uid"),
        probe.text("owner"),
        probe.text("active").equals("y"),
        probe.number("lease"),
        probe.text("epoch"),
        probe.textOrNull("tag"),
        since(probe.number("since")),
        probe.number("gap", 0),
        total.number("filtered", 0),
        total.number("undecided", 0),
        total.number("unkeyed", 0),
        total.number("missing-cpus", 0),
        List.copyOf(reasons),
        List.copyOf(cells),
        List.copyOf(stages));
  }

  private static @Nullable Instant since(long seconds) {
    return seconds == 0 ? null : Instant.ofEpochSecond(seconds);
  }
}
