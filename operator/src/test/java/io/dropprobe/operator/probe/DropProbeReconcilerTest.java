// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.v1alpha1.DropProbe;
import io.dropprobe.operator.cluster.ClusterCache;
import io.dropprobe.operator.health.PassWatch;
import io.dropprobe.operator.runtime.OperatorNamespace;
import io.dropprobe.operator.settings.CurrentSettings;
import io.dropprobe.operator.testing.TestClock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Before the settings are known, the reconciler does nothing and uses no client. */
class DropProbeReconcilerTest {
  private final TestClock clock = new TestClock();
  private final DropProbeReconciler reconciler =
      new DropProbeReconciler(
          new ClusterCache(null, clock),
          new StatusWriter(null),
          null,
          new CurrentSettings(clock),
          new OperatorNamespace("dropprobe-system"),
          null,
          null,
          new PassWatch(clock),
          clock);

  @Test
  void writesNoStatusBeforeTheSettingsAreKnown() {
    var control = reconciler.reconcile(probe(), null);
    assertFalse(control.isPatchStatus() || control.isPatchResource());
    assertEquals(1000L, control.getScheduleDelay().orElseThrow());
  }

  @Test
  void completesNoDeletionBeforeTheSettingsAreKnown() {
    var control = reconciler.cleanup(probe(), null);
    assertFalse(control.isRemoveFinalizer());
    assertTrue(control.getScheduleDelay().isPresent());
  }

  /** The framework starts a second one if an object is created again under its name. */
  @Test
  void runsOnePassAtATimeForAProbe() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    CurrentSettings settings = new CurrentSettings(clock);
    settings.read(Map.of());
    DropProbeReconciler held =
        new DropProbeReconciler(
            new ClusterCache(null, clock),
            new StatusWriter(null),
            null,
            settings,
            new OperatorNamespace("dropprobe-system"),
            null,
            null,
            new PassWatch(clock),
            new HeldClock(begun, end));
    DropProbe probe = probe();
    CompletableFuture<?> first = CompletableFuture.runAsync(() -> held.reconcile(probe, null));
    assertTrue(begun.await(1, TimeUnit.MINUTES));

    assertEquals(1000L, held.reconcile(probe, null).getScheduleDelay().orElseThrow());
    assertEquals(1000L, held.cleanup(probe, null).getScheduleDelay().orElseThrow());

    end.countDown();
    assertThrows(CompletionException.class, first::join, "the cluster is not watched");
    assertThrows(IllegalStateException.class, () -> held.reconcile(probe, null), "it has ended");
  }

  private static DropProbe probe() {
    DropProbe probe = new DropProbe();
    probe.getMetadata().setUid("uid");
    return probe;
  }

  /** Reports that it is asked, and answers when it may. */
  private static final class HeldClock extends TestClock {
    private final CountDownLatch asked;
    private final CountDownLatch answer;

    HeldClock(CountDownLatch asked, CountDownLatch answer) {
      this.asked = asked;
      this.answer = answer;
    }

    @Override
    public Instant wall() {
      asked.countDown();
      try {
        assertTrue(answer.await(1, TimeUnit.MINUTES));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return super.wall();
    }
  }
}
