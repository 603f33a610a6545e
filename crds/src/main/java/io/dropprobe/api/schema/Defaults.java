// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

/**
 * What applies where neither a DropProbe nor the ConfigMap {@code dropprobe} gives a value. The
 * schema, the operator and the agent take their defaults from here; {@code
 * deploy/base/settings.yaml} repeats those of the ConfigMap, which SettingsTest compares.
 */
public final class Defaults {
  private Defaults() {}

  /** {@code spec.reportInterval}. */
  public static final String REPORT_INTERVAL = "30s";

  /** {@code spec.top}. */
  public static final int TOP = 10;

  /** Setting {@code lease}. */
  public static final String LEASE = "600s";

  /** Setting {@code heartbeat}. */
  public static final String HEARTBEAT = "5m";

  /** Setting {@code staleAfter}. */
  public static final String STALE_AFTER = "15m";

  /** Setting {@code minReportInterval}. */
  public static final String MIN_REPORT_INTERVAL = "10s";

  /** Setting {@code enabled}. */
  public static final boolean ENABLED = true;

  /** Setting {@code canaries}. */
  public static final int CANARIES = 1;

  /** Setting {@code soak}. */
  public static final String SOAK = "60s";

  /** Setting {@code agentPort}. */
  public static final int AGENT_PORT = 9640;

  /** Setting {@code moduleMemoryLimit}, in MiB. */
  public static final int MODULE_MEMORY_LIMIT = 32;

  /** Setting {@code logLevel}. */
  public static final String LOG_LEVEL = "INFO";
}
