// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.agent.kernel.Errno;
import io.dropprobe.api.v1alpha1.ModuleState;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A load or an unload that does not return from the kernel. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ModuleStuckTest extends ModuleTestCase {
  private final CountDownLatch hang = new CountDownLatch(1);

  @BeforeEach
  void startBuilder() {
    builder.starts("s1");
  }

  @AfterEach
  void release() {
    hang.countDown();
  }

  private ModuleOutcome pass(boolean desired) {
    return pass(desired, kernel.module(), ModuleUsers.NONE, () -> {});
  }

  private void returns() {
    hang.countDown();
    kernel.hang = null;
    keeper.await(Duration.ofSeconds(20));
    assertTrue(keeper.idle());
  }

  @Test
  void reportsHangingLoadAfterOneMinute() {
    kernel.hang = hang;
    ModuleOutcome o = built();
    assertEquals(ModuleState.Building, o.state());
    assertEquals(
        "finit_module has not returned since 2026-01-01T00:00:00Z: the module is still being loaded",
        o.note());
    assertNull(o.problem());
    assertTrue(keeper.dueAt() <= time.millis() + 1000);

    time.pass(Duration.ofSeconds(61));
    o = pass(true);
    assertEquals(ModuleState.Failed, o.state());
    assertEquals("ModuleStuck", o.problem().reason());
    assertEquals("ModuleLoaded", o.problem().condition());
    assertTrue(o.problem().message().startsWith(o.note() + ". No probe counts"));
    assertFalse(o.usable());
    assertEquals(1, kernel.loads, "no second call");

    returns();
    o = pass(true);
    assertEquals(ModuleState.Loaded, o.state());
    assertNull(o.problem());
    assertEquals(1, kernel.loads);
  }

  @Test
  void reportsHangingUnloadAfterOneMinute() {
    built();
    kernel.hang = hang;
    assertEquals(ModuleState.Loaded, pass(false).state());
    time.pass(Duration.ofSeconds(61));
    ModuleOutcome o = pass(false);
    assertEquals(ModuleState.Loaded, o.state(), "it is still in the kernel");
    assertEquals("ModuleStuck", o.problem().reason());
    assertTrue(o.problem().message().startsWith("delete_module has not returned since"));
    assertEquals(ModuleState.Failed, pass(true).state(), "a probe needs it again");
    assertEquals(1, kernel.unloads, "no second call");
    assertEquals(1, kernel.loads, "no load meanwhile");

    returns();
    assertEquals(ModuleState.Loaded, pass(true).state());
    assertEquals(2, kernel.loads);
  }

  @Test
  void handlesErrorOfLateCall() {
    kernel.hang = hang;
    kernel.loadErrors.add(Errno.ENOMEM);
    built();
    returns();
    ModuleOutcome o = pass(true);
    assertEquals("LoadFailed", o.problem().reason());
    assertEquals(1, kernel.loads);
  }

  @Test
  void reportsHangingCallOfOtherProcessAfterOneMinute() {
    kernel.transientState = "going";
    assertNull(pass(true).problem());
    time.pass(Duration.ofSeconds(61));
    ModuleOutcome o = pass(true);
    assertEquals("ModuleStuck", o.problem().reason());
    assertTrue(
        o.problem()
            .message()
            .startsWith(
                "the kernel has had the module in state 'going' since 2026-01-01T00:00:00Z"),
        o.problem().message());
    assertEquals(ModuleState.Loaded, pass(false).state());
    kernel.transientState = null;
    assertNull(pass(true).problem());
  }
}
