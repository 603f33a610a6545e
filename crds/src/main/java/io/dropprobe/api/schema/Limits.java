// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import org.jspecify.annotations.Nullable;

/** Bounds of the API. The schema is generated from them, and writers truncate to them. */
public final class Limits {
  private Limits() {}

  /** Probes in one kernel; for one more the module returns ENOSPC. */
  public static final int PROBES_PER_KERNEL = 16;

  /** The smallest setting {@code moduleMemoryLimit}, in MiB. */
  public static final int MODULE_MEMORY_MIN = 8;

  /** The largest setting {@code moduleMemoryLimit}, in MiB. */
  public static final int MODULE_MEMORY_MAX = 4096;

  /** Probes in a node's report. */
  public static final int NODE_PROBES = 64;

  /** Earlier Nodes of the same name that a node's report carries. */
  public static final int PREDECESSORS = 4;

  /** Causes in a node's report, before the entries {@link Names#OTHER}, one for each effect. */
  public static final int NODE_CAUSES = 64;

  /** Number of effects. */
  public static final int EFFECTS = 4;

  /** Locations in a node's report, before the entry {@link Names#OTHER}. */
  public static final int NODE_LOCATIONS = 50;

  /** Stages in a node's report. */
  public static final int NODE_STAGES = 32;

  /** Most counters of devices in a node's report of a probe. */
  public static final int NODE_DEVICE_ERRORS = 16;

  /** The largest {@code spec.top}: entries in a top list, before the entry {@link Names#OTHER}. */
  public static final int TOP = 20;

  /** Problems that the operator writes into a DropProbe's status. */
  public static final int PROBLEMS = 5;

  /** Problems that the schema accepts in a DropProbe's status. */
  public static final int PROBLEMS_ACCEPTED = 8;

  /** Reports that a DropProbe's status lists as folded at one time. */
  public static final int FOLDED = 32;

  /** Folded reports that the schema accepts. */
  public static final int FOLDED_ACCEPTED = 64;

  /** Entries of {@code status.earlierSeries}. */
  public static final int EARLIER_SERIES = 16;

  /** Bytes of JSON of a DropProbe's status at the default {@code top}. */
  public static final int STATUS_BYTES = 8 * 1024;

  /**
   * The largest credible rate, in packets per second: more than any network carries, and the sum
   * over all nodes of a cluster is still a plain number.
   */
  public static final long RATE = 1_000_000_000_000L;

  /**
   * Characters of a DNS label, a label value, and what goes into one (a reason, a probe's name).
   */
  public static final int LABEL = 63;

  /** Characters of a DNS subdomain: the name of a Node. */
  public static final int NAME = 253;

  /** Characters of a UID, a boot ID, an epoch. */
  public static final int UID = 64;

  /** Characters of a function's location or a drop reason's name. */
  public static final int LOCATION = 128;

  /** Characters of a number or hash that is written as text. */
  public static final int NUMBER = 32;

  /** Characters of a duration. */
  public static final int DURATION = 16;

  /** Characters of a condition's or problem's message. */
  public static final int MESSAGE = 1024;

  /** Entries of a short list in a spec: selectors, tolerations, ports, networks. */
  public static final int SPEC_LIST = 16;

  /** Entries of a list of names in a spec: reasons, namespaces. */
  public static final int SPEC_NAMES = 64;

  /** Truncates a message to {@link #MESSAGE} characters. */
  public static @Nullable String cut(@Nullable String message) {
    return cut(message, MESSAGE);
  }

  /**
   * Truncates a text; the last character is an ellipsis then.
   *
   * @param text null stays null
   * @param most characters
   */
  public static @Nullable String cut(@Nullable String text, int most) {
    return text == null || text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }
}
