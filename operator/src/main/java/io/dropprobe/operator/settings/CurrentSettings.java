// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.settings;

import io.dropprobe.api.client.Time;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last valid settings, for classes that do not watch the ConfigMap themselves. */
@ApplicationScoped
public class CurrentSettings {
  /** How long to wait for the ConfigMap before it is considered absent. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Time time;
  private volatile Settings settings = Settings.DEFAULTS;
  private volatile Optional<String> problem = Optional.empty();
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
   * Sets what the reconciler has read.
   *
   * @param valid empty if the ConfigMap is invalid: the last valid settings stay in force
   * @param problem what is wrong with the ConfigMap, as a sentence for users; empty if nothing is
   */
  public void accept(Optional<Settings> valid, Optional<String> problem) {
    valid.ifPresent(s -> settings = s);
    this.problem = problem;
    read = true;
  }
}
