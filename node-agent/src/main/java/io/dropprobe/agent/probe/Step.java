package io.dropprobe.agent.probe;

import io.dropprobe.agent.kernel.ProbeSnapshot;

/** One command to the kernel, with what has to be remembered around it. */
sealed interface Step {
  /** Name of the probe: when a step fails, the later ones of the same name are left out. */
  String name();

  /** Takes a probe of ours over, or keeps it ours for another lease. */
  record Renew(String name, String uid) implements Step {}

  /** Adds, inactive; the epoch is remembered before it counts. */
  record Add(DesiredProbe probe, Options.Result options) implements Step {
    @Override
    public String name() {
      return probe.name();
    }
  }

  /**
   * Sets the network namespaces that match, within the epoch.
   *
   * @param netns cookies with commas in between
   */
  record SetNetns(DesiredProbe probe, String epoch, String netns) implements Step {
    @Override
    public String name() {
      return probe.name();
    }
  }

  /** Lets it count. */
  record Activate(String name, String uid) implements Step {}

  /** Stops it; the numbers stay in the kernel. */
  record Deactivate(String name, String uid) implements Step {}

  /** Reads it for the last time and removes it. */
  record Remove(ProbeSnapshot probe) implements Step {
    @Override
    public String name() {
      return probe.name();
    }
  }
}
