// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static io.dropprobe.api.schema.Conditions.Node.MODULE_LOADED;

import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.trial.Judgement;
import io.dropprobe.agent.trial.TrialRecord;
import io.dropprobe.agent.trial.Trials;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialKey;
import io.dropprobe.api.v1alpha1.TrialPhase;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the module that the kernel should have now. This is the one that was built, if it may be
 * loaded; otherwise the node goes on with the module it has, or the last one that it has survived.
 */
final class TargetChoice {
  private final ModuleSource source;
  private final Trials trials;

  /** The built module that the kernel has refused; null means none. */
  private @Nullable ModuleFile refused;

  private @Nullable NodeProblem refusal;

  TargetChoice(ModuleSource source, Trials trials) {
    this.source = source;
    this.trials = trials;
  }

  /**
   * A module to load.
   *
   * @param key what it is put on trial with
   */
  record Target(ModuleFile file, TrialKey key) {}

  /**
   * A choice.
   *
   * @param target null means that the module in the kernel stays, if there is one
   * @param problem of the module that was built; null means none
   * @param note what that module waits for; null means nothing
   * @param shown what the report says of it; null means nothing
   */
  record Choice(
      @Nullable Target target,
      @Nullable NodeProblem problem,
      @Nullable String note,
      @Nullable ShownTrial shown) {}

  /**
   * Chooses.
   *
   * @param supply of the module that is built for this kernel
   * @param hooks that the probes of this node need
   */
  Choice choose(ObservedModule observed, ModuleSource.Supply supply, Set<Hook> hooks) {
    ModuleFile built = supply.file();
    if (built == null) {
      NodeProblem problem = supply instanceof ModuleSource.Supply.Impossible i ? i.problem() : null;
      return new Choice(instead(observed, hooks), problem, null, running());
    }
    if (isLoaded(observed, built)) {
      // Its hooks are another matter.
      TrialKey key = trials.loaded(built.srcversion(), built.builder(), hooks);
      return new Choice(new Target(built, key), null, null, shown(key, trials.judge(key)));
    }
    TrialKey key = trials.key(built.srcversion(), built.builder(), hooks);
    Target target = new Target(built, key);
    Judgement judgement = trials.judge(key);
    ShownTrial shown = shown(key, judgement);
    if (isRefused(built)) {
      Target other = instead(observed, hooks);
      boolean goesOn = other != null || Outcomes.usable(observed);
      // Without a trial: it is not going to be tried.
      return new Choice(goesOn ? other : target, refusal, null, null);
    }
    if (judgement instanceof Judgement.Go) {
      return new Choice(target, null, null, shown);
    }
    Target other = instead(observed, hooks);
    return new Choice(
        other != null || Outcomes.usable(observed) ? other : withDropsOnly(target),
        judgement instanceof Judgement.Refused r
            ? new NodeProblem(MODULE_LOADED, r.reason(), r.message(), false)
            : null,
        judgement instanceof Judgement.Wait w
            ? w.note()
            : "the module is built; this node announces that it tries it",
        shown);
  }

  /** The built module for what it may be loaded with: its other hooks go on waiting. */
  private @Nullable Target withDropsOnly(Target target) {
    TrialKey key = target.key().with(Hook.of(false));
    boolean fewer = target.key().covers(key) && !key.equals(target.key());
    return fewer && trials.judge(key) instanceof Judgement.Go
        ? new Target(target.file(), key)
        : null;
  }

  /**
   * Whether there is a module to go back to, because the kernel has refused one. It is not tried
   * again before it was built again, since each attempt would cost counts.
   */
  boolean hasAnother(ModuleFile file, NodeProblem why) {
    if (!source.isCurrent(file)) {
      return false;
    }
    refused = file;
    refusal = why;
    return instead(new ObservedModule.Absent(), Set.of()) != null;
  }

  /**
   * The last module that this node has survived with the hooks that are needed, or else the last
   * one; maybe the same one with fewer hooks. Null if the module in the kernel is no worse, or if
   * the node went down with more than one module.
   */
  private @Nullable Target instead(ObservedModule observed, Set<Hook> hooks) {
    List<TrialRecord.Survival> survived =
        trials.survived().stream()
            .sorted(Comparator.comparing(s -> !s.key().hooks().containsAll(hooks)))
            .toList();
    boolean better =
        observed instanceof ObservedModule.Live live
            && !trials.hooksOf(live.srcversion()).containsAll(hooks)
            && survived.stream().anyMatch(s -> s.key().hooks().containsAll(hooks));
    if ((Outcomes.usable(observed) && !better) || trials.isDoubtful()) {
      return null;
    }
    return survived.stream()
        .flatMap(
            s ->
                source
                    .cached(s.file(), s.key().builder())
                    .map(f -> new Target(f, s.key()))
                    .stream())
        .filter(t -> !isRefused(t.file()))
        .findFirst()
        .orElse(null);
  }

  /** What the report says while no module has been built; null if none is on trial. */
  @Nullable ShownTrial running() {
    return trials.running().map(key -> shown(key, trials.judge(key))).orElse(null);
  }

  /**
   * What the report says instead, while the kernel refuses the probes that are to try the module's
   * hooks: then the operator has another node try them.
   */
  @Nullable ShownTrial orHeldUp(@Nullable ShownTrial shown) {
    return trials
        .heldUp()
        .filter(k -> shown == null || k.sameModule(shown.key()))
        .map(k -> new ShownTrial(TrialPhase.Waiting, k))
        .orElse(shown);
  }

  private static ShownTrial shown(TrialKey key, Judgement judgement) {
    return new ShownTrial(judgement.phase(), key);
  }

  private boolean isRefused(ModuleFile file) {
    return refused != null && refused.isSameAs(file);
  }

  private static boolean isLoaded(ObservedModule observed, ModuleFile file) {
    return observed instanceof ObservedModule.Live live
        && Objects.equals(live.srcversion(), file.srcversion());
  }
}
