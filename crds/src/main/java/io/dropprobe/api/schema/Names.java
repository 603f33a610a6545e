// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

/** Names that the operator, the agent and the manifests in {@code deploy/} share. */
public final class Names {
  private Names() {}

  /** Finalizer of a DropProbe: kept until no node has the probe in its kernel. */
  public static final String FINALIZER = "dropprobe.io/finalizer";

  /** The agents' DaemonSet, and the service account of its pods. */
  public static final String AGENT = "dropprobe-agent";

  /** Service account and Deployment of the operator. */
  public static final String OPERATOR = "dropprobe-operator";

  /** The ConfigMap with all settings, in the operator's namespace. */
  public static final String SETTINGS = "dropprobe";

  /** The ConfigMap with the proofs of modules, in the operator's namespace. */
  public static final String TRIALS = "dropprobe-trials";

  /**
   * The annotation of a Node by which a person asks for one more trial of a module there; its value
   * is the module's srcversion.
   */
  public static final String RETRY_MODULE = "dropprobe.io/retry-module";

  /** The label of Nodes that are preferred as canaries, with the value {@code true}. */
  public static final String CANARY_LABEL = "dropprobe.io/canary";

  /** The container of the agent's pod that talks to the API server and to the kernel. */
  public static final String NODE_AGENT_CONTAINER = "node-agent";

  /** The container of the agent's pod that compiles the kernel module. */
  public static final String BUILDER_CONTAINER = "kmod-builder";

  /** Field manager of the agent's server-side apply. */
  public static final String AGENT_FIELD_MANAGER = "dropprobe-agent";

  /** The last entry of a shortened list, so that the list still sums to its headline. */
  public static final String OTHER = "other";

  /** The prefix of the kernel's names of drop reasons, which the API leaves out. */
  public static final String REASON_PREFIX = "SKB_DROP_REASON_";

  /** The label that every Linux node has; part of every selection. */
  public static final String OS_LABEL = "kubernetes.io/os";

  /** The value of {@link #OS_LABEL} on the nodes that a probe can select. */
  public static final String LINUX = "linux";

  /** The label with a node's architecture, which its kubelet sets. */
  public static final String ARCH_LABEL = "kubernetes.io/arch";

  /** The only value of {@link #ARCH_LABEL} for which images are made. */
  public static final String ARCHITECTURE = "amd64";
}
