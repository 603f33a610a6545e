/** The edge to the Kubernetes API, behind {@link io.dropprobe.agent.api.Cluster}. */
@NullMarked
package io.dropprobe.agent.api;

import org.jspecify.annotations.NullMarked;
