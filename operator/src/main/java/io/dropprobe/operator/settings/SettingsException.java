package io.dropprobe.operator.settings;

import io.dropprobe.api.schema.Names;

/**
 * A setting is not what it must be. The message says which, what was given, the rule, and what to
 * do.
 */
public class SettingsException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param value null when it is not given
   * @param rule what the value must be
   */
  public SettingsException(String key, String value, String rule) {
    super(
        "ConfigMap %s, key %s: %s; it must be %s. Correct it with kubectl edit configmap %s; until then the agents stay as they are."
            .formatted(
                Names.SETTINGS,
                key,
                value == null ? "not given" : "got '" + value + "'",
                rule,
                Names.SETTINGS));
  }
}
