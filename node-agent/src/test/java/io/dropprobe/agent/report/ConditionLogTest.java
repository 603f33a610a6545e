// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.agent.platform.CapturedLog;
import io.dropprobe.api.rules.ConditionSet;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConditionLogTest {
  private final CapturedLog captured = new CapturedLog(ConditionLog.class);
  private final ConditionLog log = new ConditionLog();

  @AfterEach
  void close() {
    captured.close();
  }

  private List<String> linesOf(String type, String status, String reason, String message) {
    List<Condition> conditions =
        new ConditionSet(null, null, Instant.EPOCH).set(type, status, reason, message).list();
    log.changes(conditions);
    return captured.take();
  }

  @Test
  void logsChangedStatusOrReasonOnce() {
    assertEquals(
        List.of("INFO condition ModuleBuilt is Unknown (NotReached)"),
        linesOf("ModuleBuilt", "Unknown", "NotReached", ""));
    assertEquals(
        List.of("INFO condition ModuleBuilt is Unknown (Building): building"),
        linesOf("ModuleBuilt", "Unknown", "Building", "building"));
    assertEquals(List.of(), linesOf("ModuleBuilt", "Unknown", "Building", "still building"));
    assertEquals(
        List.of("WARNING condition ModuleBuilt is False (BuildFailed): error"),
        linesOf("ModuleBuilt", "False", "BuildFailed", "error\nend of the build log:\nline"));
    assertEquals(List.of(), linesOf("ModuleBuilt", "False", "BuildFailed", "another error"));
    assertEquals(
        List.of("INFO condition ModuleBuilt is True (Built): gcc {12}"),
        linesOf("ModuleBuilt", "True", "Built", "gcc {12}"));
  }
}
