// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dropprobe.api.rules.Series;
import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.DropProbeSpec;
import io.dropprobe.api.v1alpha1.DropProbeStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesHistoryTest {
  private final DropProbeSpec spec = new DropProbeSpec();
  private final DropProbeStatus status = new DropProbeStatus();

  private String pass(String resetAt) {
    spec.resetAt = resetAt;
    SeriesHistory.of(spec, status).into(status);
    return status.series;
  }

  @Test
  void staysWhileNothingChanges() {
    assertEquals(Series.of(spec, null), pass(null));
    pass(null);
    assertNull(status.earlierSeries);
    assertNull(status.returns);
  }

  @Test
  void isNewEachTimeTheSpecComesBack() {
    String first = pass("a");
    String second = pass("b");
    String third = pass("a");
    assertNotEquals(first, third);
    assertEquals(1, status.returns);
    assertEquals(third, pass("a"), "it stays then");
    String fourth = pass("b");
    assertNotEquals(second, fourth);
    String fifth = pass("a");
    assertNotEquals(third, fifth);
    assertEquals(2, status.returns);
    assertEquals(List.of(fourth, third, second, first), status.earlierSeries);
  }

  @Test
  void remembersABoundedNumber() {
    for (int i = 0; i < 100; i++) {
      pass("reset " + i);
    }
    assertEquals(Limits.EARLIER_SERIES, status.earlierSeries.size());
    assertNull(status.returns);
  }
}
