// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class ShareTest {
  @Test
  void hasTwoDigits() {
    assertEquals("0", Share.of(0L, 5L));
    assertEquals("50", Share.of(7L, 7L));
    assertEquals("0.13", Share.of(125L, 99_875L));
    assertEquals("0.00012", Share.of(12L, 9_999_988L));
    assertEquals("100", Share.of(1000L, 1L));
    assertEquals("100", Share.of(3L, 0L));
    assertEquals("50", Share.of(Long.MAX_VALUE, Long.MAX_VALUE));
  }

  @Test
  void isUnknownWithoutPackets() {
    assertNull(Share.of(0L, 0L));
    assertNull(Share.of(null, 5L));
    assertNull(Share.of(5L, null));
  }
}
