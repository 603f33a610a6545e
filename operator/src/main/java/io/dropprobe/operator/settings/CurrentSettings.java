// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.settings;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The last valid settings, for classes that do not watch the ConfigMap themselves. */
@ApplicationScoped
public class CurrentSettings {
  /** How long to wait for the ConfigMap before it is considered absent. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Clock clock;
  private volatile Settings settings = Settings.DEFAULTS;
  private volatile Optional<String> problem = Optional.empty();
  private volatile boolean read;
  private @Nullable Instant firstAsked;

  /** Starts with the defaults. */
  @Inject
  public CurrentSettings(Clock clock) {
    this.clock = clock;
  }

  /**
   * Whether {@link #get} returns the settings in force: the ConfigMap has been read, or does not
   * exist. Until then the default {@code staleAfter} could be too short, and a deletion would not
   * wait for a node. The patience starts with the first call, because the operator may have waited
   * long to become the leader.
   */
  public synchronized boolean known() {
    Instant now = clock.instant();
    firstAsked = firstAsked == null ? now : firstAsked;
    return read || !now.isBefore(firstAsked.plus(PATIENCE));
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
