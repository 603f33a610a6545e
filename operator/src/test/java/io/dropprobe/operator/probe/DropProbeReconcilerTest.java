// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.dropprobe.operator.settings.CurrentSettings;
import io.dropprobe.operator.testing.TestClock;
import org.junit.jupiter.api.Test;

/** Before the settings are known, the reconciler does nothing and uses no client. */
class DropProbeReconcilerTest {
  private final TestClock clock = new TestClock();
  private final DropProbeReconciler reconciler =
      new DropProbeReconciler(
          new ClusterCache(null),
          new StatusWriter(null),
          null,
          new CurrentSettings(clock),
          new OperatorNamespace("dropprobe-system"),
          null,
          clock);

  @Test
  void writesNoStatusBeforeTheSettingsAreKnown() {
    var control = reconciler.reconcile(new DropProbe(), null);
    assertFalse(control.isPatchStatus() || control.isPatchResource());
    assertEquals(1000L, control.getScheduleDelay().orElseThrow());
  }

  @Test
  void completesNoDeletionBeforeTheSettingsAreKnown() {
    var control = reconciler.cleanup(new DropProbe(), null);
    assertFalse(control.isRemoveFinalizer());
    assertTrue(control.getScheduleDelay().isPresent());
  }
}
