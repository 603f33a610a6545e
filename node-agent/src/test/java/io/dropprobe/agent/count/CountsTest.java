package io.dropprobe.agent.count;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.agent.kernel.ProbeSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CountsTest {
  private static final ReasonCatalog CATALOG =
      ReasonCatalog.parse("# comment\nNoise QUEUE_PURGE\n\nRefused NO_SOCKET\n");

  static ProbeSnapshot snapshot(
      String epoch, List<ProbeSnapshot.Reason> reasons, List<ProbeSnapshot.Cell> cells) {
    return new ProbeSnapshot(
        "a", "u1", "n", true, 60, epoch, null, Instant.EPOCH, 0, 0, 3, reasons, cells, List.of());
  }

  static ProbeSnapshot.Reason reason(long id, String name, long packets, long last) {
    return new ProbeSnapshot.Reason(
        id, name, packets, packets + 1, packets * 10, Instant.ofEpochSecond(last));
  }

  @Test
  void noiseIsKeptOutOfEverythingButNoise() {
    Counts c =
        Counts.of(
            snapshot(
                "1",
                List.of(reason(2, "NO_SOCKET", 10, 100), reason(70, "QUEUE_PURGE", 5, 200)),
                List.of(
                    new ProbeSnapshot.Cell(2, "__udp4_lib_rcv+0x3d1", 6),
                    new ProbeSnapshot.Cell(2, "__udp4_lib_rcv+0x400", 4),
                    new ProbeSnapshot.Cell(70, "sk_stream_kill_queues+0x1", 5))),
            CATALOG);
    assertEquals(10, c.packets());
    assertEquals(11, c.segments());
    assertEquals(100, c.bytes());
    assertEquals(5, c.noise());
    assertEquals(3, c.unkeyed());
    assertEquals(Instant.ofEpochSecond(100), c.last());
    assertEquals(Map.of("NO_SOCKET", 10L), c.reasons());
    assertEquals(Map.of("__udp4_lib_rcv", 10L), c.locations());
  }

  @Test
  void aReasonWithoutNameKeepsItsNumber() {
    Counts c = Counts.of(snapshot("1", List.of(reason(9, "-", 1, 1)), List.of()), CATALOG);
    assertEquals(Map.of("UNNAMED_9", 1L), c.reasons());
  }

  @Test
  void aLocationIsCutToWhatTheApiTakes() {
    Counts c =
        Counts.of(
            snapshot(
                "1",
                List.of(reason(2, "X", 1, 1)),
                List.of(new ProbeSnapshot.Cell(2, "f".repeat(200) + "+0x1", 1))),
            CATALOG);
    assertEquals(Map.of("f".repeat(128), 1L), c.locations());
  }

  @Test
  void nothingDroppedHasNoLast() {
    assertNull(Counts.of(snapshot("1", List.of(), List.of()), CATALOG).last());
  }

  @Test
  void sumsAddUpKeyByKey() {
    Counts a = new Counts(3, 3, 30, 1, 0, null, Map.of("X", 3L), Map.of("f", 3L), Map.of());
    Counts b =
        new Counts(
            4,
            5,
            40,
            2,
            1,
            Instant.ofEpochSecond(9),
            Map.of("X", 1L, "Y", 3L),
            Map.of("g", 4L),
            Map.of());
    Counts sum = a.plus(b);
    assertEquals(
        new Counts(
            7,
            8,
            70,
            3,
            1,
            Instant.ofEpochSecond(9),
            Map.of("X", 4L, "Y", 3L),
            Map.of("f", 3L, "g", 4L),
            Map.of()),
        sum);
    assertEquals(10, sum.everything());
  }

  @Test
  void whatIsCutGoesToOtherSoThatTheSumStays() {
    Map<String, Long> many = new TreeMap<>();
    for (int i = 1; i <= 10; i++) {
      many.put("f" + i, (long) i);
    }
    many.put("other", 100L);
    Map<String, Long> cut = Counts.largest(many, 3);
    assertEquals(Map.of("f10", 10L, "f9", 9L, "f8", 8L, "other", 128L), cut);
  }

  @Test
  void theCatalogueThatIsPackedIsReadAndKnowsNoise() {
    ReasonCatalog packed = ReasonCatalog.load();
    assertEquals("Noise", packed.classOf("QUEUE_PURGE").name());
    assertEquals("Refused", packed.classOf("NO_SOCKET").name());
    assertEquals("Policy", packed.classOf("NETFILTER_DROP").name());
    assertNull(packed.classOf("FROM_THE_FUTURE"));
  }
}
