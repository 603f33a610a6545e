// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
    OperatorStart start = failing();
    start.end(null);
    start.start();
    assertEquals(0, exits.get());
  }

  @Test
  void staysIfTheStartSucceeds() {
    new OperatorStart(() -> {}, () -> {}, exits::incrementAndGet).start();
    assertEquals(0, exits.get());
  }

  private OperatorStart failing() {
    Runnable start =
        () -> {
          throw new OperatorException("not today");
        };
    return new OperatorStart(start, () -> {}, exits::incrementAndGet);
  }
}
