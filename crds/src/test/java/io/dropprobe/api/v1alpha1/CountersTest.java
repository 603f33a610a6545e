// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.catalog.Effect;
import io.dropprobe.api.schema.Limits;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CountersTest {
  /** Walks all counters by reflection, so that a new one can't be forgotten in a method. */
  @Test
  void everyMethodHandlesEveryCounter() throws ReflectiveOperationException {
    assertEquals(
        Counters.NAMES,
        Arrays.stream(Counters.Fields.class.getFields()).map(f -> f.getName()).toList());
    for (String name : Counters.NAMES) {
      Counters one = only(name, 1L);
      assertEquals(3, get(one.plus(only(name, 2L)), name), name);
      assertEquals(1, get(one.plus(Counters.UNKNOWN), name), name);
      assertEquals(1, get(only(name, 3L).minus(only(name, 2L)), name), name);
      assertEquals(1, get(one.known(), name), name);
      assertEquals(
          List.of("silent", "undecided", "traffic").contains(name) ? null : (Long) 0L,
          get(Counters.UNKNOWN.known(), name),
          name);
      assertEquals(3, get(only(name, 3L).max(only(name, 2L)), name), name);
      assertEquals(3, get(Counters.UNKNOWN.max(only(name, 3L)), name), name);
      assertEquals(0, get(Counters.ZERO, name), name);
      assertNull(get(Counters.UNKNOWN, name), name);
      assertFalse(one.isEmpty(), name);
      Base base = new Base();
      base.assign(one);
      assertEquals(1L, Base.class.getField(name).get(base), name);
      assertEquals(one, Counters.of(base), name);
    }
  }

  @Test
  void trafficIsUnknownUnlessItIsKnownForAll() {
    Counters known = Counters.only(Effect.Refused, 3).withTraffic(7L);
    assertEquals(14, known.plus(known).traffic());
    assertEquals(7, known.plus(Counters.UNKNOWN).traffic());
    assertEquals(7, known.plus(Counters.onlyLost(1, 1, 1)).traffic());
    assertNull(known.plus(Counters.ZERO.withTraffic(null)).traffic(), "a node that counts others");
  }

  /** A report may say anything. */
  @Test
  void noMorePacketsAreSilentThanLost() {
    Base base = new Base();
    base.lost = 3L;
    base.silent = 9L;
    assertEquals(3, base.counters().silent());
  }

  @Test
  void unknownIsNotZero() {
    assertNull(Counters.UNKNOWN.plus(Counters.UNKNOWN).lost());
    assertNull(Counters.UNKNOWN.minus(Counters.ZERO).lost());
    assertNull(Counters.UNKNOWN.everything());
    assertTrue(Counters.UNKNOWN.isEmpty());
    assertTrue(Counters.ZERO.isEmpty());
  }

  @Test
  void segmentsAreUnknownUnlessKnownForAllPackets() {
    Counters with = lost(5L, 9L);
    Counters without = lost(1L, null);
    assertNull(with.plus(without).segments());
    assertNull(without.plus(with).segments());
    assertEquals(9, with.plus(lost(0L, null)).segments());
    assertEquals(9, Counters.UNKNOWN.plus(with).segments());
  }

  private static Counters lost(long packets, Long segments) {
    return new Counters(packets, null, null, null, null, null, null, segments, null, null);
  }

  @Test
  void effectsAddUpToEverything() {
    Counters c = new Counters(1L, 20L, 300L, 4000L, 9L, 9L, 9L, 9L, 9L, 9L);
    assertEquals(4321, c.everything());
    assertEquals(321, c.unnoisy());
    assertEquals(312, c.unnoisyFrees(), "nine of the lost ones were not freed");
    long sum = 0;
    for (Effect e : Effect.values()) {
      sum += c.of(e);
    }
    assertEquals(4321, sum);
    assertEquals(Limits.EFFECTS, Effect.values().length);
  }

  @Test
  void sumsSaturate() {
    Counters most = new Counters(Long.MAX_VALUE, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L);
    assertEquals(Long.MAX_VALUE, most.plus(most).lost());
    assertEquals(Long.MAX_VALUE, most.everything());
  }

  private static Counters only(String name, Long value) throws ReflectiveOperationException {
    int index = Counters.NAMES.indexOf(name);
    List<Long> values =
        IntStream.range(0, Counters.NAMES.size()).mapToObj(i -> i == index ? value : null).toList();
    Class<?>[] types = new Class<?>[values.size()];
    Arrays.fill(types, Long.class);
    return Counters.class.getConstructor(types).newInstance(values.toArray());
  }

  private static Long get(Counters c, String name) throws ReflectiveOperationException {
    return (Long) Counters.class.getMethod(name).invoke(c);
  }
}
