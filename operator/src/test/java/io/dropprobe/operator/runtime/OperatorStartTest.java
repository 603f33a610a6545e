// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.javaoperatorsdk.operator.OperatorException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OperatorStartTest {
  private final AtomicInteger exits = new AtomicInteger();

  @Test
  void exitsIfTheStartFails() {
    failing().start();
    assertEquals(1, exits.get());
  }

  @Test
  void doesNotExitIfAShutdownEndsTheStart() {
    Exit exit = new Exit(exits::incrementAndGet);
    Runnable stopped =
        () -> {
          exit.stopping(null);
          throw new OperatorException("not any more");
        };
    new OperatorStart(stopped, () -> {}, exit).start();
    assertEquals(0, exits.get());
  }

  @Test
  void isNotStartedIfAShutdownEndsTheStart() {
    Exit exit = new Exit(exits::incrementAndGet);
    OperatorStart start = new OperatorStart(() -> exit.stopping(null), () -> {}, exit);
    start.start();
    assertFalse(start.isStarted());
  }

  @Test
  void doesNotStartDuringAShutdown() {
    Exit exit = new Exit(exits::incrementAndGet);
    exit.stopping(null);
    new OperatorStart(() -> fail("it has started"), () -> {}, exit).start();
    assertEquals(0, exits.get());
  }

  @Test
  void staysIfTheStartSucceeds() {
    OperatorStart start = new OperatorStart(() -> {}, () -> {}, new Exit(exits::incrementAndGet));
    assertFalse(start.isStarted());
    start.start();
    assertTrue(start.isStarted());
    assertEquals(0, exits.get());
  }

  private OperatorStart failing() {
    Runnable start =
        () -> {
          throw new OperatorException("not today");
        };
    return new OperatorStart(start, () -> {}, new Exit(exits::incrementAndGet));
  }
}
