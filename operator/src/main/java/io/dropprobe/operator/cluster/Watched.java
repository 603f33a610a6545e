// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * One informer and its listeners.
 *
 * @param <T> the kind
 */
final class Watched<T extends HasMetadata> implements ResourceEventHandler<T> {
  private final SharedIndexInformer<T> informer;
  private final BiPredicate<T, T> matters;
  private final List<Runnable> listeners;

  /**
   * @param matters whether the listeners must be told of an update from old to new
   * @param listeners called on the informer's thread after each change that matters; may grow later
   */
  Watched(SharedIndexInformer<T> informer, BiPredicate<T, T> matters, List<Runnable> listeners) {
    this.informer = informer;
    this.matters = matters;
    this.listeners = listeners;
    // Retry errors forever; the health check fails if they last.
    informer.exceptionHandler((started, e) -> true);
    informer.addEventHandler(this);
  }

  SharedIndexInformer<T> informer() {
    return informer;
  }

  List<T> list() {
    return informer.getStore().list();
  }

  @Override
  public void onAdd(T item) {
    listeners.forEach(Runnable::run);
  }

  @Override
  public void onUpdate(T before, T after) {
    if (matters.test(before, after)) {
      listeners.forEach(Runnable::run);
    }
  }

  @Override
  public void onDelete(T item, boolean finalStateUnknown) {
    listeners.forEach(Runnable::run);
  }
}
