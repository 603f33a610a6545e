package io.dropprobe.operator.settings;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The last good settings, for those who do not watch the ConfigMap themselves. */
@ApplicationScoped
public class CurrentSettings {
  /** How long to wait for the ConfigMap before it is taken to be absent. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Clock clock;
  private volatile Settings settings = Settings.DEFAULTS;
  private volatile Optional<String> problem = Optional.empty();
  private volatile boolean read;
  private Instant firstAsked;

  /** Nothing is known yet. */
  @Inject
  public CurrentSettings(Clock clock) {
    this.clock = clock;
  }

  /**
   * Whether {@link #get} says what is in force: the ConfigMap has been read, or is not there. Until
   * then a short {@code staleAfter} of the defaults could make a node stale, and a deletion not
   * wait for it. The time runs from the first question, because before that the operator may have
   * waited long to be elected.
   */
  public synchronized boolean known() {
    Instant now = clock.instant();
    firstAsked = firstAsked == null ? now : firstAsked;
    return read || !now.isBefore(firstAsked.plus(PATIENCE));
  }

  /** The last good ones, or the defaults when there were none yet. */
  public Settings get() {
    return settings;
  }

  /** What is wrong with the ConfigMap; empty for nothing, or when it has not been read. */
  public Optional<String> problem() {
    return problem;
  }

  /**
   * Called by the one reconciler of the ConfigMap.
   *
   * @param good empty when the ConfigMap is bad: the last good ones stay in force
   * @param problem what is wrong with the ConfigMap, for people; empty for nothing
   */
  public void read(Optional<Settings> good, Optional<String> problem) {
    good.ifPresent(s -> settings = s);
    this.problem = problem;
    read = true;
  }
}
