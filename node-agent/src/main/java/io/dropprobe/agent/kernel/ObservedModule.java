package io.dropprobe.agent.kernel;

/** What /sys/module/dropprobe and the module's own proc file say. */
public sealed interface ObservedModule {
  /** Not there. */
  record Absent() implements ObservedModule {}

  /** Being loaded or unloaded right now ({@code coming}, {@code going}). */
  record Transient(String initstate) implements ObservedModule {}

  /** Compiled into the kernel: a folder without initstate. */
  record BuiltIn() implements ObservedModule {}

  /**
   * Loaded and working.
   *
   * @param version MODULE_VERSION; null when the file is not there
   * @param srcversion hash of its source; null when the file is not there
   * @param references how many hold it
   * @param abi of its proc files; null when they can't be read
   * @param namesReasons whether the kernel names its drop reasons
   * @param manualActive whether a person has activated the probe {@code _manual}
   */
  record Live(
      String version,
      String srcversion,
      int references,
      Integer abi,
      boolean namesReasons,
      boolean manualActive)
      implements ObservedModule {}
}
