/** Which network namespaces are those of a Kubernetes namespace's pods on this node. */
package io.dropprobe.agent.pod;
