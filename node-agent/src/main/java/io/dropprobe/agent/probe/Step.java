// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ProbeSnapshot;

/** One command to the module, and what must be recorded with it. */
sealed interface Step {
  /** Name of the probe. If a step fails, the later steps of the same probe are skipped. */
  String name();

  /** What the step has done, for the log. */
  String done();

  /** Renews the lease of a probe; takes over a probe whose lease has expired. */
  record Renew(String name, String uid) implements Step {
    @Override
    public String done() {
      return "renewed the lease";
    }
  }

  /** Adds an inactive probe and saves its epoch, before it is activated. */
  record Add(DesiredProbe probe, Options.Result options) implements Step {
    @Override
    public String done() {
      return "added to the kernel";
    }

    @Override
    public String name() {
      return probe.name();
    }
  }

  /**
   * Sets the matching network namespaces without a new epoch.
   *
   * @param netns cookies separated by commas
   */
  record SetNetns(DesiredProbe probe, String epoch, String netns) implements Step {
    @Override
    public String done() {
      return "set the network namespaces";
    }

    @Override
    public String name() {
      return probe.name();
    }
  }

  /** Starts counting. */
  record Activate(String name, String uid) implements Step {
    @Override
    public String done() {
      return "started counting";
    }
  }

  /** Stops counting; the counts stay in the kernel. */
  record Deactivate(String name, String uid) implements Step {
    @Override
    public String done() {
      return "stopped counting";
    }
  }

  /** Saves the last counts of an inactive probe and removes it. */
  record Remove(ProbeSnapshot probe) implements Step {
    @Override
    public String done() {
      return "removed from the kernel";
    }

    @Override
    public String name() {
      return probe.name();
    }
  }
}
