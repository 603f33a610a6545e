// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StoppedInformerTest {
  private final AtomicInteger exits = new AtomicInteger();
  private final Exit exit = new Exit(exits::incrementAndGet);
  private final StoppedInformer stopped = new StoppedInformer(exit);

  @Test
  void exitsOnlyAfterAnError() {
    stopped.onStop(informer(), null);
    assertEquals(0, exits.get());
    stopped.onStop(informer(), new IllegalArgumentException("not an object"));
    assertEquals(1, exits.get());
  }

  @Test
  void doesNotExitDuringAShutdown() {
    exit.stopping(null);
    stopped.onStop(informer(), new IllegalStateException("stopped"));
    assertEquals(0, exits.get());
  }

  private static SharedIndexInformer<?> informer() {
    return (SharedIndexInformer<?>)
        Proxy.newProxyInstance(
            StoppedInformerTest.class.getClassLoader(),
            new Class<?>[] {SharedIndexInformer.class},
            (proxy, method, arguments) -> ConfigMap.class);
  }
}
