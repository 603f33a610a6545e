// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.api.schema.Names;
import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.operator.testing.TestClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassWatchTest {
  private static final Duration ALMOST = PassWatch.PATIENCE.minusSeconds(1);

  private final TestClock clock = new TestClock();
  private final PassWatch watch = new PassWatch(clock);
  private final DropProbe one = probe("one");
  private final DropProbe two = probe("two");

  private static DropProbe probe(String name) {
    DropProbe p = new DropProbe();
    p.getMetadata().setName(name);
    p.getMetadata().setUid("uid-" + name);
    p.getMetadata().setFinalizers(List.of(Names.FINALIZER));
    return p;
  }

  private List<String> overdue() {
    return watch.overdue(List.of(two, one));
  }

  @Test
  void namesProbeWithoutPassesBesideOneThatHasThem() {
    assertEquals(List.of(), overdue());
    clock.passes(ALMOST);
    watch.passed(one);
    assertEquals(List.of(), overdue());
    clock.passes(Duration.ofSeconds(1));
    assertEquals(List.of("two"), overdue());
    watch.passed(two);
    assertEquals(List.of(), overdue());
    clock.passes(ALMOST);
    assertEquals(List.of("one"), overdue());
  }

  @Test
  void isNotMisledByStepsOfTheClock() {
    assertEquals(List.of(), overdue());
    clock.steps(Duration.ofHours(1));
    assertEquals(List.of(), overdue());
    clock.steps(Duration.ofHours(-2));
    clock.passes(PassWatch.PATIENCE);
    assertEquals(List.of("one", "two"), overdue());
  }

  /** Deleted, and waits for another controller; or the API server does not accept the finalizer. */
  @Test
  void ignoresProbeWithoutTheFinalizer() {
    one.getMetadata().setFinalizers(List.of("example.com/other"));
    overdue();
    clock.passes(PassWatch.PATIENCE);
    assertEquals(List.of("two"), overdue());
  }

  @Test
  void givesRecreatedProbeItsOwnTime() {
    overdue();
    clock.passes(PassWatch.PATIENCE);
    assertEquals(List.of("two"), watch.overdue(List.of(two)));
    assertEquals(List.of("two"), overdue(), "one was deleted and exists again");
  }
}
