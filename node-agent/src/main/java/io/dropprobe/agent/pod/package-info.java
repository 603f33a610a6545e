/** Finds the network namespaces of the pods of a Kubernetes namespace on this node. */
package io.dropprobe.agent.pod;
