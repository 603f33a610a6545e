// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Holds back the API server's answers to certain requests until the test lets them arrive. */
public final class LateAnswer implements Interceptor {
  private final Predicate<HttpRequest> held;
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch arrived = new CountDownLatch(1);

  /**
   * @param held the requests whose answers are held back
   */
  public LateAnswer(Predicate<HttpRequest> held) {
    this.held = held;
  }

  /** Whether the API server has answered one of the requests. */
  public boolean isAwaited() {
    return asked.getCount() == 0;
  }

  /** Lets the answers arrive, these and later ones. */
  public void arrive() {
    arrived.countDown();
  }

  @Override
  public AsyncBody.Consumer<List<ByteBuffer>> consumer(
      AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
    if (!held.test(request)) {
      return consumer;
    }
    return (body, more) -> {
      asked.countDown();
      if (!arrived.await(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new TimeoutException("the test does not let the answer arrive");
      }
      consumer.consume(body, more);
    };
  }
}
