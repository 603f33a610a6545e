package io.dropprobe.api.schema;

import java.util.List;

/** Condition types and reasons of both kinds. Reasons are CamelCase and part of the API. */
public final class Conditions {
  private Conditions() {}

  /** Types and reasons of the conditions on a DropProbe. */
  public static final class Probe {
    private Probe() {}

    public static final String READY = "Ready";
    public static final String DEGRADED = "Degraded";
    public static final String EXPIRED = "Expired";

    /** Ready True: counting on at least one node. */
    public static final String COUNTING = "Counting";

    /** Ready True: stopped by {@code active: false}; Expired False likewise. */
    public static final String INACTIVE = "Inactive";

    /** Ready True: stopped by {@code duration}; Expired True. */
    public static final String DURATION_ELAPSED = "DurationElapsed";

    /** Ready False: no node fits nodeSelector and tolerations. */
    public static final String NO_NODE_SELECTED = "NoNodeSelected";

    /** Ready False: some selected nodes have not acted on this generation yet. */
    public static final String NODES_PENDING = "NodesPending";

    /** Ready False: some selected nodes have stopped reporting. */
    public static final String NODES_STALE = "NodesStale";

    /** Ready False: every selected node has reported, and none can do what is wanted. */
    public static final String NO_NODE_READY = "NoNodeReady";

    /** Ready False: being deleted. */
    public static final String DELETING = "Deleting";

    /** Degraded False. */
    public static final String ALL_NODES_WORK = "AllNodesWork";

    /** Degraded True: at least one node is unsupported or failed. */
    public static final String NODES_WITH_PROBLEMS = "NodesWithProblems";

    /** Expired False: no duration given. */
    public static final String NO_DURATION = "NoDuration";

    /** Expired False: the duration still runs. */
    public static final String RUNNING = "Running";
  }

  /** Types of the conditions on a DropProbeNode, and reasons that the agent gives. */
  public static final class Node {
    private Node() {}

    public static final String KERNEL_SUPPORTED = "KernelSupported";
    public static final String HEADERS_FOUND = "HeadersFound";
    public static final String MODULE_BUILT = "ModuleBuilt";
    public static final String MODULE_LOADED = "ModuleLoaded";
    public static final String PROBES_ACTIVE = "ProbesActive";

    /** In the order in which they can fail; the first False one names the problem. */
    public static final List<String> IN_ORDER =
        List.of(KERNEL_SUPPORTED, HEADERS_FOUND, MODULE_BUILT, MODULE_LOADED, PROBES_ACTIVE);

    // KernelSupported
    public static final String SUPPORTED = "Supported";
    public static final String ARCHITECTURE_NOT_SUPPORTED = "ArchitectureNotSupported";
    public static final String MODULES_NOT_CONFIGURED = "ModulesNotConfigured";
    public static final String MODULES_DISABLED = "ModulesDisabled";
    public static final String KERNEL_LOCKDOWN = "KernelLockdown";
    public static final String SIGNATURE_ENFORCED = "SignatureEnforced";
    public static final String TRACEPOINT_MISSING = "TracepointMissing";

    // HeadersFound
    public static final String HEADERS_PRESENT = "HeadersPresent";
    public static final String HEADERS_NOT_FOUND = "HeadersNotFound";
    public static final String TOOLCHAIN_MISSING = "ToolchainMissing";

    // ModuleBuilt
    public static final String BUILT = "Built";
    public static final String BUILDING = "Building";
    public static final String BUILD_FAILED = "BuildFailed";
    public static final String BUILD_TIMED_OUT = "BuildTimedOut";
    public static final String MODULE_REFUSED = "ModuleRefused";

    // ModuleLoaded
    public static final String LOADED = "Loaded";
    public static final String NOT_NEEDED = "NotNeeded";
    public static final String LOAD_FAILED = "LoadFailed";
    public static final String MODULE_HELD = "ModuleHeld";

    /** A load or unload has not returned from the kernel for a minute. */
    public static final String MODULE_STUCK = "ModuleStuck";

    // ProbesActive
    public static final String AS_WANTED = "AsWanted";
    public static final String NO_PROBE = "NoProbe";
    public static final String PROBE_FAILED = "ProbeFailed";
    public static final String OWNED_ELSEWHERE = "OwnedElsewhere";

    /** Of a probe that is not wanted any more and could not be removed from the kernel yet. */
    public static final String REMOVE_FAILED = "RemoveFailed";

    /** Of a condition that can't be judged because an earlier one is False. */
    public static final String NOT_REACHED = "NotReached";
  }

  /** Reasons in {@code status.problems} of a DropProbe that come from the operator itself. */
  public static final class Problem {
    private Problem() {}

    /** A selected node without a DropProbeNode. */
    public static final String AGENT_NOT_REPORTING = "AgentNotReporting";

    /** Agents' pods that the DaemonSet controller can't create; the message is its own. */
    public static final String AGENT_NOT_CREATED = "AgentNotCreated";

    /** Of the installation: the ConfigMap is bad, or has a key without effect. */
    public static final String BAD_SETTINGS = "BadSettings";

    /** Nodes that count, and on which a part of the spec has no effect. */
    public static final String SPEC_WITHOUT_EFFECT = "SpecWithoutEffect";

    /** A selected node whose report is older than {@code staleAfter}. */
    public static final String REPORT_STALE = "ReportStale";

    /** A selected node whose report can't be read. */
    public static final String REPORT_INVALID = "ReportInvalid";

    /** A selected node whose report does not name this probe and generation yet. */
    public static final String NOT_YET_REPORTED = "NotYetReported";
  }
}
