// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.count;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.dropprobe.agent.kernel.PacketCounters;
import io.dropprobe.api.catalog.DropClass;
import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.catalog.Free;
import io.dropprobe.api.v1alpha1.Counters;
import io.dropprobe.api.v1alpha1.Direction;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of the journal. Times are seconds since 1970; what is null is left out. Names of a newer
 * version that this one does not know are null.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record JournalForm(List<Entry> accounts) {

  private static @Nullable Long seconds(@Nullable Instant time) {
    return time == null ? null : time.getEpochSecond();
  }

  private static @Nullable Instant instant(@Nullable Long seconds) {
    return seconds == null ? null : Instant.ofEpochSecond(seconds);
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Entry(
      String uid,
      String series,
      String nodeUid,
      @Nullable Long since,
      @Nullable Numbers base,
      @Nullable Numbers counted,
      @Nullable Life life,
      @Nullable Numbers floor) {

    static Entry of(Account a) {
      return new Entry(
          a.uid(),
          a.series(),
          a.nodeUid(),
          seconds(a.since()),
          Numbers.of(a.base()),
          Numbers.of(a.counted()),
          a.epoch() == null ? null : Life.of(a.epoch()),
          a.floor() == null ? null : Numbers.of(a.floor()));
    }

    /** Null if it was written by the first model, which has no {@code counted}. */
    @Nullable Account account() {
      return base == null || counted == null
          ? null
          : new Account(
              uid,
              series,
              nodeUid,
              instant(since),
              base.counts(),
              counted.counts(),
              life == null ? null : life.epoch(),
              floor == null ? null : floor.counts());
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Life(
      String id,
      @Nullable String options,
      List<Sum> sums,
      @Nullable Long rest,
      List<Sum> waiting,
      @Nullable Tally tally) {

    static Life of(Account.Epoch e) {
      Reading r = e.reading().bounded();
      long rest = r.rest().packets();
      return new Life(
          e.id(),
          e.options(),
          Sum.of(r.sums()),
          rest == 0 ? null : Long.valueOf(rest),
          Sum.of(r.waiting()),
          e.tally().equals(Tally.NONE) ? null : e.tally());
    }

    Account.Epoch epoch() {
      PacketCounters cut = new PacketCounters(rest == null ? 0 : rest, 0, 0, null);
      Reading reading = new Reading(Sum.byKey(sums), cut, Sum.byKey(waiting));
      return new Account.Epoch(id, options, reading, tally == null ? Tally.NONE : tally);
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Sum(
      String reason,
      @Nullable String function,
      @Nullable String tcp,
      @Nullable String to,
      @Nullable String socket,
      @Nullable String driver,
      @Nullable Direction direction,
      long packets,
      long segments,
      long bytes,
      @Nullable Long last) {

    static List<Sum> of(Map<Key, PacketCounters> sums) {
      return sums.entrySet().stream().map(e -> of(e.getKey(), e.getValue())).toList();
    }

    private static Sum of(Key key, PacketCounters p) {
      Free f = key.free();
      return new Sum(
          f.reason(),
          f.function(),
          f.tcp(),
          f.to(),
          f.socket(),
          f.driver(),
          key.direction(),
          p.packets(),
          p.segments(),
          p.bytes(),
          seconds(p.last()));
    }

    static Map<Key, PacketCounters> byKey(List<Sum> sums) {
      Map<Key, PacketCounters> byKey = new HashMap<>();
      for (Sum s : sums) {
        Free free = new Free(s.reason, s.function, s.tcp, s.to, s.socket, s.driver);
        byKey.put(
            new Key(free, Direction.orUnknown(s.direction)),
            new PacketCounters(s.packets, s.segments, s.bytes, instant(s.last)));
      }
      return byKey;
    }
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Named(
      String cause,
      @Nullable Effect effect,
      @Nullable DropClass dropClass,
      @Nullable Direction direction,
      long packets,
      Map<String, Long> functions) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  static final class Numbers extends Counters.Fields {
    public @Nullable Long lastLoss;
    public List<Named> causes = List.of();
    public Map<String, Long> locations = Map.of();
    public Map<String, Stage> stages = Map.of();

    static Numbers of(Counts c) {
      Numbers n = new Numbers();
      n.assign(c.counters());
      n.lastLoss = seconds(c.lastLoss());
      n.causes = c.causes().entrySet().stream().map(e -> named(e.getKey(), e.getValue())).toList();
      n.locations = c.locations();
      n.stages = c.stages();
      return n;
    }

    private static Named named(CauseKey key, Freed freed) {
      return new Named(
          key.name(),
          key.effect(),
          key.dropClass(),
          key.direction(),
          freed.packets(),
          freed.functions());
    }

    Counts counts() {
      Map<CauseKey, Freed> byKey = new HashMap<>();
      for (Named n : causes) {
        if (n.effect != null) {
          byKey.put(
              new CauseKey(n.cause, n.effect, n.dropClass, Direction.orUnknown(n.direction)),
              new Freed(n.packets, n.functions));
        }
      }
      return new Counts(counters(), instant(lastLoss), byKey, locations, stages);
    }
  }
}
