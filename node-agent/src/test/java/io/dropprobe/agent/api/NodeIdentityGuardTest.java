// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.schema.Limits;
import io.dropprobe.api.v1alpha1.DropProbeNodeStatus;
import io.dropprobe.api.v1alpha1.Predecessor;
import java.util.Collections;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeIdentityGuardTest {
  private final NodeIdentityGuard guard = new NodeIdentityGuard();

  @Test
  void firstAndNextReportOfNodeMayBeWritten() {
    assertEquals(Optional.empty(), guard.obstacle("w", "n1", "n1", null, 0));
    assertEquals(Optional.empty(), guard.obstacle("w", "n1", "n1", of("n1"), 0));
  }

  @Test
  void deletedNodeMayNotReport() {
    String refusal = guard.obstacle("w", "n1", null, null, 0).orElseThrow();
    assertTrue(refusal.contains("deleted: there is nothing to report"), refusal);
  }

  @Test
  void reportOfEarlierNodeIsNotWrittenForNewOne() {
    assertTrue(guard.obstacle("w", "n1", "n2", null, 0).isPresent());
  }

  @Test
  void waitsOneMinuteForOperatorToFoldEarlierNode() {
    assertTrue(guard.obstacle("w", "n2", "n2", of("n1"), 5_000).isPresent());
    assertTrue(guard.obstacle("w", "n2", "n2", of("n1"), 64_999).isPresent());
    assertEquals(Optional.empty(), guard.obstacle("w", "n2", "n2", of("n1"), 65_000));
  }

  @Test
  void doesNotWaitOnceOperatorDeletedReport() {
    assertTrue(guard.obstacle("w", "n2", "n2", of("n1"), 0).isPresent());
    assertEquals(Optional.empty(), guard.obstacle("w", "n2", "n2", null, 3_000));
  }

  @Test
  void waitsForEachEarlierNode() {
    guard.obstacle("w", "n2", "n2", of("n1"), 0);
    assertTrue(guard.obstacle("w", "n3", "n3", of("n2"), 70_000).isPresent());
  }

  @Test
  void fullReportIsNotReplaced() {
    DropProbeNodeStatus full = of("n1");
    full.predecessors = Collections.nCopies(Limits.PREDECESSORS, new Predecessor());
    assertTrue(guard.obstacle("w", "n2", "n2", full, 0).isPresent());
    assertTrue(guard.obstacle("w", "n2", "n2", full, 600_000).isPresent());
  }

  private static DropProbeNodeStatus of(String nodeUid) {
    DropProbeNodeStatus s = new DropProbeNodeStatus();
    s.nodeUID = nodeUid;
    return s;
  }
}
