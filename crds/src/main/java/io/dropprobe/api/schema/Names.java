package io.dropprobe.api.schema;

/** Names that the operator, the agent and the manifests in {@code deploy/} have in common. */
public final class Names {
  private Names() {}

  /** Held on a DropProbe until no node has it any more. */
  public static final String FINALIZER = "dropprobe.io/finalizer";

  /** The one DaemonSet, and the service account of its pods. */
  public static final String AGENT = "dropprobe-agent";

  /** Service account and Deployment of the operator. */
  public static final String OPERATOR = "dropprobe-operator";

  /** The ConfigMap with all settings, in the operator's namespace. */
  public static final String SETTINGS = "dropprobe";

  /** Container of the agent pod that talks to the API and to the kernel. */
  public static final String NODE_AGENT_CONTAINER = "node-agent";

  /** Container of the agent pod that compiles the kernel module. */
  public static final String BUILDER_CONTAINER = "kmod-builder";

  /** Field manager of the agent's server-side apply. */
  public static final String AGENT_FIELD_MANAGER = "dropprobe-agent";

  /** The entry that ends a list where something was cut, so that the list sums to the headline. */
  public static final String OTHER = "other";

  /** The label that every Linux node has; part of every selection. */
  public static final String OS_LABEL = "kubernetes.io/os";

  /** The value of {@link #OS_LABEL} on the nodes that a probe can select. */
  public static final String LINUX = "linux";
}
