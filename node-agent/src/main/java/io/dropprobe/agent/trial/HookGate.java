// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.trial;

import io.dropprobe.agent.kernel.ObservedModule;
import io.dropprobe.agent.kernel.ProbeSnapshot;
import io.dropprobe.api.schema.Conditions;
import io.dropprobe.api.trial.Hook;
import io.dropprobe.api.trial.TrialKey;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which hooks the probes of this node may attach now. Those that are attached already, also by
 * another node of a shared kernel, need no leave.
 */
public final class HookGate {
  private static final System.Logger LOG = System.getLogger(HookGate.class.getName());

  private final Trials trials;

  /** Asks these trials. */
  public HookGate(Trials trials) {
    this.trials = trials;
  }

  /**
   * The hooks that are open.
   *
   * @param hooks that probes may attach
   * @param obstacle why they may not attach others; null means that they may attach all
   */
  public record Opening(Set<Hook> hooks, @Nullable Obstacle obstacle) {
    /** All hooks. */
    public static final Opening ALL = new Opening(EnumSet.allOf(Hook.class), null);

    /** Why a probe may not be active that needs these hooks; null if it may. */
    public @Nullable Obstacle before(Set<Hook> needed) {
      return hooks.containsAll(needed) ? null : obstacle;
    }
  }

  /**
   * Why a hook stays closed.
   *
   * @param reason CamelCase; null means that it only takes time
   */
  public record Obstacle(@Nullable String reason, String message) {}

  /** The hooks that the probes in the kernel have attached. */
  public static Set<Hook> attached(Collection<ProbeSnapshot> probes) {
    Set<Hook> hooks = EnumSet.noneOf(Hook.class);
    probes.stream()
        .filter(ProbeSnapshot::active)
        .forEach(
            p -> {
              hooks.add(Hook.DROPS);
              if (!p.stages().isEmpty()) {
                hooks.add(Hook.STAGES);
              }
            });
    return hooks;
  }

  /** Of a probe that the kernel has refused, until it is tried with other hooks again. */
  private static final Obstacle LATER =
      new Obstacle(null, "waiting: the kernel has refused the probe; it is tried again later");

  /**
   * Opens hooks, after it has recorded on the disk that they may be attached.
   *
   * @param live the loaded module
   * @param builder see {@link TrialKey}; empty if it is not known how this module was built
   * @param cached name of the module's directory in the cache; empty if unknown
   * @param attached the hooks that are attached now
   * @param needs of the probes of this node
   */
  public Opening open(
      ObservedModule.Live live,
      String builder,
      String cached,
      Set<Hook> attached,
      HookNeeds needs) {
    if (live.srcversion() == null) {
      return Opening.ALL;
    }
    Set<Hook> wanted = needs.wanted();
    Set<Hook> all = union(attached, wanted);
    Set<Hook> open = union(attached, trials.hooksOf(live.srcversion()));
    if (trials.knows(live.srcversion()) && trials.hooksOf(live.srcversion()).containsAll(all)) {
      return new Opening(open, LATER);
    }
    TrialKey key = trials.loaded(live.srcversion(), builder, all);
    Judgement judgement = attached.containsAll(wanted) ? null : trials.judge(key);
    if (judgement == null || judgement instanceof Judgement.Go) {
      return begin(key, cached, open, judgement == null);
    }
    return new Opening(open, obstacle(judgement));
  }

  private static Set<Hook> union(Set<Hook> some, Set<Hook> others) {
    Set<Hook> all = EnumSet.noneOf(Hook.class);
    all.addAll(some);
    all.addAll(others);
    return all;
  }

  /** What is attached already is put on trial, too: an earlier agent may not have done so. */
  private Opening begin(TrialKey key, String cached, Set<Hook> open, boolean allAttached) {
    try {
      trials.begin(key, cached);
      return new Opening(union(open, key.hooks()), LATER);
    } catch (IOException e) {
      if (allAttached) {
        LOG.log(
            System.Logger.Level.WARNING,
            "cannot record the trial of the loaded module: {0}; the next pass tries again",
            e.toString());
        return new Opening(union(open, key.hooks()), LATER);
      }
      return new Opening(
          open, new Obstacle(Conditions.Node.TRIAL_NOT_SAVED, Trials.notSaved(e.getMessage())));
    }
  }

  private static Obstacle obstacle(Judgement judgement) {
    if (judgement instanceof Judgement.Refused r) {
      return new Obstacle(r.reason(), r.message());
    }
    return new Obstacle(
        null, judgement instanceof Judgement.Wait w ? w.note() : "the node announces its trial");
  }
}
