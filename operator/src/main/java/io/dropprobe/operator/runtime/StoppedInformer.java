// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.javaoperatorsdk.operator.api.config.InformerStoppedHandler;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * Ends the process when one of the framework's informers has stopped because of an error that it
 * does not retry, such as an object that can't be parsed. The framework would go on with a list
 * that is not complete, or is never updated.
 */
@Unremovable
@ApplicationScoped
public class StoppedInformer implements InformerStoppedHandler {
  private final Exit exit;

  /** Makes no call yet. */
  @Inject
  public StoppedInformer(Exit exit) {
    this.exit = exit;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public void onStop(SharedIndexInformer informer, @Nullable Throwable error) {
    if (error != null) {
      exit.now("can't list and watch " + informer.getApiTypeClass().getSimpleName(), error);
    }
  }
}
