package io.dropprobe.api.schema;

/** Bounds of the lists in the API; the schema repeats them, and writers cut to them. */
public final class Limits {
  private Limits() {}

  /** Probes in one kernel; more is ENOSPC there. */
  public static final int PROBES_PER_KERNEL = 16;

  /** Probes in a node's report. */
  public static final int NODE_PROBES = 64;

  /** Earlier Nodes that a node's report carries. */
  public static final int PREDECESSORS = 4;

  /** Characters of a location. */
  public static final int LOCATION = 128;

  /** Reasons in a node's report, before the entry {@link Names#OTHER}. */
  public static final int NODE_REASONS = 64;

  /** Locations in a node's report, before the entry {@link Names#OTHER}. */
  public static final int NODE_LOCATIONS = 50;

  /** Workloads in a node's report, before the entry {@link Names#OTHER}. */
  public static final int NODE_WORKLOADS = 50;

  /** Stages in a node's report. */
  public static final int NODE_STAGES = 32;

  /** Characters of a condition's or problem's message that writers keep. */
  public static final int MESSAGE = 1024;

  /** Problems in a DropProbe's status. */
  public static final int PROBLEMS = 5;

  /**
   * The largest rate that is taken for one, in packets a second: more than any network carries, and
   * the sum over all nodes of a cluster stays a plain number.
   */
  public static final long RATE = 1_000_000_000_000L;

  /** Uids of folded reports that a DropProbe's status remembers at one time. */
  public static final int FOLDED = 32;

  /** Bytes of JSON of a DropProbe's status at the default {@code top}. */
  public static final int STATUS_BYTES = 8 * 1024;
}
