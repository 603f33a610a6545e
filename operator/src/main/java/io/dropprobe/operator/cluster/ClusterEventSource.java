// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Triggers a reconciler after every change in the cluster that can matter. Which change it was
 * makes no difference: every pass reconciles everything.
 *
 * @param <P> the reconciler's primary resource
 */
public final class ClusterEventSource<P extends HasMetadata> extends SimpleInboundEventSource<P> {
  private final ClusterCache cluster;
  private final Supplier<Set<ResourceID>> affected;

  /**
   * @param affected the primary resources to reconcile
   */
  public ClusterEventSource(ClusterCache cluster, Supplier<Set<ResourceID>> affected) {
    super("cluster");
    this.cluster = cluster;
    this.affected = affected;
    cluster.onChange(this::changed);
  }

  @Override
  public void start() {
    super.start();
    cluster.start();
  }

  private void changed() {
    if (isRunning()) {
      affected.get().forEach(this::propagateEvent);
    }
  }
}
