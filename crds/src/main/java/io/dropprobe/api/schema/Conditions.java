// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import java.util.List;

/**
 * Condition types, and all reasons that users can see. Reasons are CamelCase and part of the API.
 */
public final class Conditions {
  private Conditions() {}

  /** Types and reasons of the conditions of a DropProbe. */
  public static final class Probe {
    private Probe() {}

    public static final String READY = "Ready";
    public static final String DEGRADED = "Degraded";
    public static final String EXPIRED = "Expired";

    /** Ready True: counting on at least one node, and the message says which do not count. */
    public static final String COUNTING = "Counting";

    /** Ready True: stopped by {@code active: false}; Expired False likewise. */
    public static final String INACTIVE = "Inactive";

    /** Ready True: stopped by {@code duration}; Expired True. */
    public static final String DURATION_ELAPSED = "DurationElapsed";

    /** Ready False: no node matches nodeSelector and tolerations. */
    public static final String NO_NODE_SELECTED = "NoNodeSelected";

    /**
     * Ready False: some selected nodes have not applied this generation yet. Ready waits for them
     * no longer than {@code staleAfter} if another node has.
     */
    public static final String NODES_PENDING = "NodesPending";

    /** Ready False: no selected node is in the desired state, and some have stopped reporting. */
    public static final String NODES_STALE = "NodesStale";

    /** Ready False: every selected node has reported, and none is in the desired state. */
    public static final String NO_NODE_READY = "NoNodeReady";

    /** Ready False: the setting {@code enabled} is false. */
    public static final String SUSPENDED = "Suspended";

    /** Ready False: the DropProbe is being deleted. */
    public static final String DELETING = "Deleting";

    /** Degraded False. */
    public static final String ALL_NODES_WORK = "AllNodesWork";

    /**
     * Degraded True: at least one node is unsupported, has failed, has stopped reporting, or has
     * been pending for longer than {@code staleAfter}.
     */
    public static final String NODES_WITH_PROBLEMS = "NodesWithProblems";

    /** Expired False: the spec has no duration. */
    public static final String NO_DURATION = "NoDuration";

    /** Expired False: the duration has not elapsed. */
    public static final String RUNNING = "Running";
  }

  /** Types of the conditions of a DropProbeNode, and the reasons that the agent gives. */
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

    public static final String CLOCK_SYNCHRONIZED = "ClockSynchronized";
    public static final String JOURNAL_SAVED = "JournalSaved";

    /** They do not keep a node from counting, and are reported only while they are False. */
    public static final List<String> NOTES = List.of(JOURNAL_SAVED, CLOCK_SYNCHRONIZED);

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

    /** The node's disk has no space for the built module. */
    public static final String NO_SPACE = "NoSpace";

    public static final String BUILD_TIMED_OUT = "BuildTimedOut";
    public static final String MODULE_REFUSED = "ModuleRefused";

    // ModuleLoaded
    public static final String LOADED = "Loaded";
    public static final String NOT_NEEDED = "NotNeeded";
    public static final String LOAD_FAILED = "LoadFailed";
    public static final String MODULE_HELD = "ModuleHeld";

    /** A load or unload has not returned from the kernel for a minute. */
    public static final String MODULE_STUCK = "ModuleStuck";

    /**
     * ModuleLoaded Unknown, and the reason of a pending probe: the module, or a hook of it, waits
     * until a canary has proven it.
     */
    public static final String AWAITING_CANARY = "AwaitingCanary";

    /** The node went down while the module was on trial; it is tried once more. */
    public static final String MODULE_CRASHED = "ModuleCrashed";

    /** The node went down twice while the module was on trial; it is not loaded again. */
    public static final String MODULE_SUSPECTED = "ModuleSuspected";

    /** The trial could not be written to the node's disk, so the module is not loaded. */
    public static final String TRIAL_NOT_SAVED = "TrialNotSaved";

    // ProbesActive
    public static final String AS_DESIRED = "AsDesired";
    public static final String NO_PROBE = "NoProbe";
    public static final String PROBE_FAILED = "ProbeFailed";
    public static final String OWNED_ELSEWHERE = "OwnedElsewhere";

    /** A condition that can't be judged because an earlier one is not True. */
    public static final String NOT_REACHED = "NotReached";

    // ClockSynchronized

    /** The node's clock differs from the API server's by a minute or more. */
    public static final String CLOCK_SKEW = "ClockSkew";

    // JournalSaved

    /** A crash of the node would lose what it has counted since its last report. */
    public static final String JOURNAL_NOT_SAVED = "JournalNotSaved";

    /** Reasons of {@link #NOTES}. Also problems of the DropProbe, and reasons of Events. */
    public static final List<String> NOTE_REASONS = List.of(CLOCK_SKEW, JOURNAL_NOT_SAVED);

    // Reasons of one probe with the state Failed

    /** The probe is no longer desired, but could not be removed from the kernel yet. */
    public static final String REMOVE_FAILED = "RemoveFailed";

    /** The loaded module does not know a part of {@code spec.match} or {@code spec.stages}. */
    public static final String MATCH_NOT_SUPPORTED = "MatchNotSupported";

    /** The kernel holds {@link Limits#PROBES_PER_KERNEL} probes already. */
    public static final String TOO_MANY_PROBES = "TooManyProbes";

    /** The probe's counters would exceed the module's memory limit. */
    public static final String NO_MEMORY = "NoMemory";

    /** The module refused a command for another reason. */
    public static final String KERNEL_REFUSED = "KernelRefused";

    /** The module's files could not be read. */
    public static final String KERNEL_UNREADABLE = "KernelUnreadable";

    /**
     * Reason of a probe that is Active, but not on all CPUs: the module has no memory for the
     * counters of the others. Also a problem of the DropProbe, and the reason of an Event.
     */
    public static final String CPUS_NOT_COUNTED = "CpusNotCounted";

    /**
     * Reason of a probe that is Active, but does not see all losses that only the kernel's own
     * counters show: the module has no memory for the counters of some namespaces or devices. Also
     * a problem of the DropProbe, and the reason of an Event.
     */
    public static final String SILENT_LOSSES_INCOMPLETE = "SilentLossesIncomplete";

    /** Reasons of a probe that is in its desired state, and misses something. */
    public static final List<String> INCOMPLETE =
        List.of(CPUS_NOT_COUNTED, SILENT_LOSSES_INCOMPLETE);
  }

  /** Reasons in {@code status.problems} of a DropProbe that the operator itself gives. */
  public static final class Problem {
    private Problem() {}

    /** A selected node without a DropProbeNode. */
    public static final String AGENT_NOT_REPORTING = "AgentNotReporting";

    /** The DaemonSet controller can't create agents' pods; the message is the controller's. */
    public static final String AGENT_NOT_CREATED = "AgentNotCreated";

    /** The ConfigMap is invalid, or has a key without effect. Also the reason of an Event. */
    public static final String BAD_SETTINGS = "BadSettings";

    /** Nodes that count, and on which a part of the spec has no effect. */
    public static final String SPEC_WITHOUT_EFFECT = "SpecWithoutEffect";

    /** A selected node whose report is older than {@code staleAfter}. */
    public static final String REPORT_STALE = "ReportStale";

    /**
     * A selected node without a current report, and Kubernetes itself calls the node NotReady. It
     * does not hold up Ready.
     */
    public static final String NODE_NOT_READY = "NodeNotReady";

    /**
     * A selected node that is no machine with a kernel of its own: Virtual Kubelet, kwok, Fargate.
     */
    public static final String VIRTUAL_NODE = "VirtualNode";

    /** The trial of a module failed, so that others wait. Also the reason of an Event. */
    public static final String CANARY_FAILED = "CanaryFailed";

    /** A selected node whose report can't be read. */
    public static final String REPORT_INVALID = "ReportInvalid";

    /** A selected node whose report does not list this probe with this generation yet. */
    public static final String NOT_YET_REPORTED = "NotYetReported";
  }

  /** Reasons of Events that are not the reason of a condition too. */
  public static final class Event {
    private Event() {}

    /** The ConfigMap was read, and its settings are in force. */
    public static final String SETTINGS_ACCEPTED = "SettingsAccepted";

    /** A module is proven for a kernel, and all nodes with that kernel load it. */
    public static final String MODULE_PROVEN = "ModuleProven";

    /** The counts start at zero, because an earlier version of DropProbe counted otherwise. */
    public static final String COUNTS_RESTARTED = "CountsRestarted";

    /** A DropProbe was deleted without waiting for nodes that are NotReady or stopped reporting. */
    public static final String DELETED_WITHOUT_NODES = "DeletedWithoutNodes";

    /** A DropProbe was deleted that had counted on Nodes that no longer exist. */
    public static final String DELETED_WITH_MISSING_NODES = "DeletedWithMissingNodes";
  }
}
