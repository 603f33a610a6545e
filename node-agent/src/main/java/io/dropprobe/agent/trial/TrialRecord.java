// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialKey;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the node's disk remembers of modules. A value: every change makes another one.
 *
 * @param running the module that may be in the kernel and is not proven here; null means none
 * @param survived what this node has survived, the newest first
 * @param crashes modules in whose trials the node went down, the newest first
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TrialRecord(@Nullable Running running, List<Survival> survived, List<Crash> crashes) {
  /** Of a new disk. */
  static final TrialRecord EMPTY = new TrialRecord(null, List.of(), List.of());

  /** More modules than a node meets between two upgrades of its kernel. */
  private static final int KEEP = 8;

  /**
   * A trial that has begun.
   *
   * @param bootId of the kernel that it began in
   * @param file name of the module's directory in the cache
   * @param asked whether a person had asked for it when it began; false if an agent began it that
   *     did not record that
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Running(TrialKey key, String bootId, String file, boolean asked) {}

  /**
   * A trial that went well.
   *
   * @param file name of the module's directory in the cache
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Survival(TrialKey key, String file) {}

  /**
   * Trials of one module in one kernel that ended with the node going down.
   *
   * @param count how often
   * @param retry what became of a person's request to try it again
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Crash(TrialKey key, int count, Retry retry) {
    /** The node went down twice: once may be chance. */
    boolean isSuspected() {
      return count > 1;
    }

    Crash with(Retry other) {
      return new Crash(key, count, other);
    }
  }

  /** A person's request, by an annotation of the Node, to try a module again. */
  public enum Retry {
    NONE,
    /** One more trial may begin. */
    GRANTED,
    /** It has begun: the annotation has no effect until it is removed and set again. */
    USED
  }

  /** Takes absent lists for empty ones. */
  @SuppressWarnings("ConstantValue") // Jackson passes null for what is absent.
  public TrialRecord {
    running = running == null || running.key == null ? null : running;
    survived = survived == null ? List.of() : survived.stream().filter(s -> s.key != null).toList();
    crashes = crashes == null ? List.of() : crashes.stream().filter(c -> c.key != null).toList();
  }

  /**
   * The record at the start of an agent. A trial of another boot has ended with the node going
   * down, and what the module has survived before with these hooks proves nothing any more.
   */
  TrialRecord inBoot(String bootId) {
    if (running == null || running.bootId.equals(bootId)) {
      return this;
    }
    TrialKey key = running.key;
    Optional<Crash> before = crash(key);
    // Of hooks that are not attached now nothing has been learned.
    int count = before.filter(c -> key.covers(c.key)).map(Crash::count).orElse(0);
    Retry retry = running.asked ? Retry.USED : before.map(Crash::retry).orElse(Retry.NONE);
    Crash now = new Crash(key, count + 1, retry);
    return new TrialRecord(
        null,
        survived.stream().filter(s -> !s.key.covers(key)).toList(),
        newest(now, crashes, c -> c.key.sameModule(key)));
  }

  /**
   * A trial begins: what was running of the same module goes on with more hooks.
   *
   * @param asked whether a person asks for it now
   */
  TrialRecord begun(TrialKey key, String bootId, String file, boolean asked) {
    return new TrialRecord(
        new Running(key, bootId, file, asked),
        survived,
        crashes.stream()
            .map(c -> c.key.sameModule(key) && c.retry == Retry.GRANTED ? c.with(Retry.USED) : c)
            .toList());
  }

  /** The running trial has ended without harm, before or after its time. */
  TrialRecord ended() {
    return new TrialRecord(null, survived, crashes);
  }

  /** The running trial has ended after its time. */
  TrialRecord proven() {
    Running r = running;
    return r == null
        ? this
        : new TrialRecord(
            null,
            newest(new Survival(r.key, r.file), survived, s -> r.key.equals(s.key)),
            crashes.stream().filter(c -> !r.key.covers(c.key)).toList());
  }

  /**
   * The module was not loaded by an agent that could remember it: see {@link Trials#recall}. An
   * annotation that the Node has may be as old, and would be obeyed after each boot.
   */
  TrialRecord crashedTwice(TrialKey key) {
    return new TrialRecord(
        running,
        survived,
        newest(new Crash(key, 2, Retry.USED), crashes, c -> c.key.sameModule(key)));
  }

  /** The running trial goes on with no other than these hooks. */
  TrialRecord narrowed(Set<Hook> open) {
    Running r = running;
    if (r == null) {
      return this;
    }
    Set<Hook> left = EnumSet.noneOf(Hook.class);
    left.addAll(r.key.hooks());
    left.retainAll(open);
    return new TrialRecord(
        new Running(r.key.with(left), r.bootId, r.file, r.asked), survived, crashes);
  }

  /** Names of the directories in the cache that are needed to go back to a module in a kernel. */
  Set<String> files(String release, String version) {
    return Stream.concat(
            Stream.ofNullable(running).map(Running::file),
            survived.stream()
                .filter(s -> s.key.release().equals(release) && s.key.version().equals(version))
                .map(Survival::file)
                .distinct()
                .limit(2))
        .collect(Collectors.toSet());
  }

  /**
   * Follows the annotation of the Node.
   *
   * @param srcversion its value; empty means that there is none
   */
  TrialRecord asked(String srcversion) {
    return new TrialRecord(
        running,
        survived,
        crashes.stream()
            .map(
                c ->
                    !c.key.srcversion().equals(srcversion)
                        ? c.with(Retry.NONE)
                        : c.retry == Retry.NONE ? c.with(Retry.GRANTED) : c)
            .toList());
  }

  /** Whether this node has survived the module with at least these hooks. */
  boolean hasSurvived(TrialKey key) {
    return survived.stream().anyMatch(s -> s.key.covers(key));
  }

  /** Whether the running trial is about the module, with at least these hooks. */
  boolean isRunning(TrialKey key) {
    return running != null && running.key.covers(key);
  }

  /** What is known against the module; empty if nothing is. */
  Optional<Crash> crash(TrialKey key) {
    return crashes.stream().filter(c -> c.key.sameModule(key)).findFirst();
  }

  /** The hooks that a module of this source has survived, or is being tried with, in a kernel. */
  Set<Hook> hooksOf(@Nullable String srcversion, String release, String version) {
    Set<Hook> hooks = EnumSet.noneOf(Hook.class);
    keysOf(srcversion, release, version).forEach(k -> hooks.addAll(k.hooks()));
    return hooks;
  }

  /**
   * Who made the module of this source that this node tries or has survived in a kernel; empty if
   * there is none.
   */
  Optional<String> builderOf(@Nullable String srcversion, String release, String version) {
    return keysOf(srcversion, release, version).map(TrialKey::builder).findFirst();
  }

  private Stream<TrialKey> keysOf(@Nullable String srcversion, String release, String version) {
    return Stream.concat(
            Stream.ofNullable(running).map(Running::key), survived.stream().map(Survival::key))
        .filter(k -> k.srcversion().equals(srcversion))
        .filter(k -> k.release().equals(release) && k.version().equals(version));
  }

  private static <T> List<T> newest(T first, List<T> others, Predicate<T> replaced) {
    return Stream.concat(Stream.of(first), others.stream().filter(replaced.negate()))
        .limit(KEEP)
        .toList();
  }
}
