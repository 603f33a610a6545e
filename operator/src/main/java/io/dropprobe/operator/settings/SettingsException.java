// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.settings;

import io.dropprobe.api.schema.Names;

/** A setting is invalid. The message has the key, the value, the rule and the next step. */
public class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param value null if it is missing
   * @param rule what the value must be
   */
  public SettingsException(String key, String value, String rule) {
    super(
        "ConfigMap %s, key %s: %s; it must be %s. Correct it with kubectl edit configmap %s; until then the last valid settings stay in force."
            .formatted(
                Names.SETTINGS,
                key,
                value == null ? "missing" : "got '" + value + "'",
                rule,
                Names.SETTINGS));
  }
}
