// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import io.dropprobe.api.v1alpha1.Direction;
import java.time.Instant;
import java.util.List;

/** Builds snapshots of a probe that is active, owned, without tag, and has counted nothing. */
public final class TestSnapshot {
  private final String name;
  private final String uid;
  private String owner = "n";
  private boolean active = true;
  private long lease = 60;
  private String epoch = "e1";
  private String tag;
  private Instant since = Instant.EPOCH;
  private long gap;
  private long unkeyed;
  private long missingCpus;
  private List<ProbeSnapshot.Reason> reasons = List.of();
  private List<ProbeSnapshot.Cell> cells = List.of();
  private List<StageReading> stages = List.of();

  private TestSnapshot(String name, String uid) {
    this.name = name;
    this.uid = uid;
  }

  /** Of a DropProbe. */
  public static TestSnapshot of(String name, String uid) {
    return new TestSnapshot(name, uid);
  }

  /** Node that owns it, and seconds until its lease expires. */
  public TestSnapshot owner(String node, long seconds) {
    owner = node;
    lease = seconds;
    return this;
  }

  /** Whether it counts. */
  public TestSnapshot active(boolean counts) {
    active = counts;
    return this;
  }

  /** When it was first activated; null for never. */
  public TestSnapshot since(Instant first) {
    since = first;
    return this;
  }

  /** Its epoch. */
  public TestSnapshot epoch(String id) {
    epoch = id;
    return this;
  }

  /** Its tag; null for none. */
  public TestSnapshot tag(String text) {
    tag = text;
    return this;
  }

  /** Seconds without a lease. */
  public TestSnapshot gap(long seconds) {
    gap = seconds;
    return this;
  }

  /** Packets without a cell. */
  public TestSnapshot unkeyed(long packets) {
    unkeyed = packets;
    return this;
  }

  /** CPUs on which it cannot count. */
  public TestSnapshot missingCpus(long cpus) {
    missingCpus = cpus;
    return this;
  }

  /** What it has counted. */
  public TestSnapshot counted(
      List<ProbeSnapshot.Reason> byReason, List<ProbeSnapshot.Cell> byCell) {
    reasons = byReason;
    cells = byCell;
    return this;
  }

  /** A cell of received packets of which nothing else is known. */
  public static ProbeSnapshot.Cell cell(long reason, String location, PacketCounters counters) {
    return new ProbeSnapshot.Cell(
        reason,
        location,
        null,
        Direction.In,
        Interfaces.Id.NONE,
        ProbeSnapshot.Facts.NONE,
        counters);
  }

  /** What it has counted at the stages. */
  public TestSnapshot stages(List<StageReading> readings) {
    stages = readings;
    return this;
  }

  /** The snapshot. */
  public ProbeSnapshot build() {
    return new ProbeSnapshot(
        name,
        uid,
        owner,
        active,
        lease,
        epoch,
        tag,
        since,
        gap,
        0,
        0,
        unkeyed,
        missingCpus,
        reasons,
        cells,
        stages);
  }
}
