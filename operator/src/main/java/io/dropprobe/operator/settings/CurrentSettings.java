// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.settings;

import io.dropprobe.api.client.Time;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The last valid settings, for classes that do not watch the ConfigMap themselves. */
@ApplicationScoped
public class CurrentSettings {
  /** How long to wait for the ConfigMap before it is considered absent. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Time time;
  private volatile Settings settings = Settings.DEFAULTS;
  private volatile Optional<Boolean> enabled = Optional.empty();
  private volatile Optional<String> problem = Optional.empty();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean read;

  /** In milliseconds of the monotonic clock. */
  private @Nullable Long firstAsked;

  /** Starts with the defaults. */
  @Inject
  public CurrentSettings(Time time) {
    this.time = time;
  }

  /**
   * Whether {@link #get} returns the settings in force: the ConfigMap has been read, or does not
   * exist. Until then the default {@code staleAfter} could be too short, and a deletion would not
   * wait for a node. The patience starts with the first call, because the operator may have waited
   * long to become the leader.
   */
  public synchronized boolean known() {
    firstAsked = firstAsked == null ? time.millis() : firstAsked;
    return read || time.millis() - firstAsked >= PATIENCE.toMillis();
  }

  /** The last valid settings, or the defaults if there were none yet. */
  public Settings get() {
    return settings;
  }

  /** What is wrong with the ConfigMap; empty if nothing is, or it has not been read. */
  public Optional<String> problem() {
    return problem;
  }

  /**
   * The setting {@code enabled}, which takes effect although another value is invalid: it is an
   * emergency switch.
   *
   * @return empty if no valid value of it was read
   */
  public Optional<Boolean> enabled() {
    return enabled;
  }

  /** Registers a listener that is called after every change; it must not block. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Takes what the ConfigMap holds.
   *
   * @param data null means empty
   * @return empty if a value is invalid: the last valid settings stay in force
   */
  public Optional<Settings> read(@Nullable Map<String, String> data) {
    Optional<Settings> valid = Optional.empty();
    Optional<String> wrong;
    try {
      valid = Optional.of(Settings.parse(data));
      wrong = Settings.unknown(data);
    } catch (SettingsException e) {
      wrong = Optional.of(e.getMessage());
    }
    Settings settingsNow = valid.orElse(settings);
    Optional<Boolean> enabledNow = Settings.enabled(data).or(() -> enabled);
    boolean same =
        read && settingsNow.equals(settings) && enabledNow.equals(enabled) && wrong.equals(problem);
    settings = settingsNow;
    enabled = enabledNow;
    problem = wrong;
    read = true;
    if (!same) {
      listeners.forEach(Runnable::run);
    }
    return valid;
  }
}
