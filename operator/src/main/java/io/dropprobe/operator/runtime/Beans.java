// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import io.dropprobe.api.client.ServerTime;
import io.dropprobe.api.client.Time;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Produces what classes get injected instead of using a global. */
@ApplicationScoped
public class Beans {
  @Produces
  @Singleton
  ServerTime time() {
    return new ServerTime(Time.system());
  }

  /** The Deployment sets it by the downward API. */
  @Produces
  @Singleton
  OperatorNamespace namespace(@ConfigProperty(name = "dropprobe.namespace") String namespace) {
    return new OperatorNamespace(namespace);
  }
}
