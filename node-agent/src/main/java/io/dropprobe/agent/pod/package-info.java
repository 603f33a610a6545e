/** Finds the network namespaces of the pods of a Kubernetes namespace on this node. */
@NullMarked
package io.dropprobe.agent.pod;

import org.jspecify.annotations.NullMarked;
