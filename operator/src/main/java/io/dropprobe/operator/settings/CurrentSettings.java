package io.dropprobe.operator.settings;

import jakarta.enterprise.context.ApplicationScoped;

/** The last good settings, for those who do not watch the ConfigMap themselves. */
@ApplicationScoped
public class CurrentSettings {
  private volatile Settings settings = Settings.DEFAULTS;

  /** The last good ones, or the defaults when there were none yet. */
  public Settings get() {
    return settings;
  }

  /** Called by the one reconciler of the ConfigMap. */
  public void set(Settings settings) {
    this.settings = settings;
  }
}
