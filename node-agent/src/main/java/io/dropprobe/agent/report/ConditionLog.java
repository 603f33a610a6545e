// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.report;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Logs each condition of the node when its status or reason changes. The first pass of a process
 * logs all of them.
 */
public final class ConditionLog {
  private static final System.Logger LOG = System.getLogger(ConditionLog.class.getName());

  /** Status and reason that were logged last, by type. */
  private final Map<String, String> logged = new HashMap<>();

  /**
   * Logs what has changed since the last call.
   *
   * @param conditions null means none
   */
  public void changes(@Nullable List<Condition> conditions) {
    for (Condition c : conditions == null ? List.<Condition>of() : conditions) {
      String state = c.getStatus() + " (" + c.getReason() + ")";
      if (!state.equals(logged.put(c.getType(), state))) {
        LOG.log(
            c.getStatus().equals("False") ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
            "condition {0} is {1}{2}",
            c.getType(),
            state,
            firstLine(c.getMessage()));
      }
    }
  }

  /** The message without the end of a build log, which the report and the builder's log have. */
  private static String firstLine(String message) {
    return message.isEmpty() ? "" : ": " + message.lines().findFirst().orElse("");
  }
}
