/** The edge to the Kubernetes API, behind {@link io.dropprobe.agent.api.Cluster}. */
package io.dropprobe.agent.api;
