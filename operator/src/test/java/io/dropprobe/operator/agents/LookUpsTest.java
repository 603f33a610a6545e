// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropprobe.operator.testing.TestClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class LookUpsTest {
  private static final Duration SHOWN = Duration.ofMinutes(1);

  private final TestClock clock = new TestClock();
  private final Queue<Runnable> queue = new ArrayDeque<>();
  private final LookUps<String> lookUps = new LookUps<>(SHOWN, clock, queue::add);
  private Optional<String> present = Optional.of("first");

  @Test
  void returnsTheLastAnswerAndQueuesOneLookUp() {
    assertAnswer(null);
    assertAnswer(null);
    background(1);
    assertAnswer("first");
    present = Optional.of("second");
    clock.passes(SHOWN.minusMillis(1));
    assertAnswer("first");
    background(0);
    clock.passes(Duration.ofMillis(1));
    assertAnswer("first");
    assertAnswer("first");
    background(1);
    assertAnswer("second");
  }

  @Test
  void looksAgainSoonIfThereWasNoAnswer() {
    present = Optional.empty();
    assertAnswer(null);
    background(1);
    clock.passes(LookUps.CACHED);
    assertAnswer(null);
    background(1);
  }

  @Test
  void forgetsWhatNobodyAsksFor() {
    assertAnswer(null);
    background(1);
    clock.passes(LookUps.FORGOTTEN.minusMillis(1));
    assertAnswer("first");
    background(1);
    clock.passes(LookUps.FORGOTTEN);
    assertAnswer(null);
  }

  @Test
  void remembersABoundedNumber() {
    for (int i = 0; i < LookUps.MOST + 50; i++) {
      assertEquals(Optional.empty(), lookUps.get("n" + i, () -> present));
    }
    background(LookUps.MOST);
    assertEquals(Optional.of("first"), lookUps.get("n0", () -> present));
    assertAnswer(null);
    background(0);
    clock.passes(LookUps.FORGOTTEN);
    assertAnswer(null);
    background(1);
    assertAnswer("first");
  }

  @Test
  void looksAgainAfterAFailure() {
    lookUps.get(
        "key",
        () -> {
          throw new IllegalStateException();
        });
    assertThrows(IllegalStateException.class, queue.remove()::run);
    clock.passes(LookUps.CACHED);
    assertAnswer(null);
    background(1);
    assertAnswer("first");
  }

  private void assertAnswer(String expected) {
    assertEquals(Optional.ofNullable(expected), lookUps.get("key", () -> present));
  }

  /** Runs what is queued. */
  private void background(int expected) {
    assertEquals(expected, queue.size());
    while (!queue.isEmpty()) {
      queue.remove().run();
    }
  }
}
