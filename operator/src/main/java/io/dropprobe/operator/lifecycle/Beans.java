package io.dropprobe.operator.lifecycle;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What the process gives to those who must not reach for it themselves. */
@ApplicationScoped
public class Beans {
  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  /** The Deployment gives it by the downward API. */
  @Produces
  @Singleton
  OperatorNamespace namespace(@ConfigProperty(name = "dropprobe.namespace") String namespace) {
    return new OperatorNamespace(namespace);
  }
}
