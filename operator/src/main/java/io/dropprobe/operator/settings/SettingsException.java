// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.settings;

import io.dropprobe.api.schema.Names;
import org.jspecify.annotations.Nullable;

/** A setting is invalid. The message has the key, the value, the rule and the next step. */
public class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String message;

  /**
   * @param value null means that it is missing
   * @param rule what the value must be
   */
  public SettingsException(String key, @Nullable String value, String rule) {
    this(
        "ConfigMap %s, key %s: %s; it must be %s. Correct it with kubectl -n dropprobe-system edit configmap %s; until then the last valid settings stay in force."
            .formatted(
                Names.SETTINGS,
                key,
                value == null ? "missing" : "got '" + value + "'",
                rule,
                Names.SETTINGS));
  }

  private SettingsException(String message) {
    super(message);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
