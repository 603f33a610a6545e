// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PassesTest {
  private final Passes passes = new Passes();

  @Test
  void refusesASecondPassAndRemembersIt() {
    assertTrue(passes.begin("a"));
    assertTrue(passes.begin("b"), "another DropProbe");
    assertFalse(passes.begin("a"));
    assertFalse(passes.begin("a"));
    assertTrue(passes.end("a"), "one was refused");
    assertFalse(passes.end("b"));
    assertTrue(passes.begin("a"));
    assertFalse(passes.end("a"));
  }
}
