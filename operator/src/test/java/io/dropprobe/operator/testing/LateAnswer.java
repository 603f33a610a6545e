// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.testing;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/** Holds back the API server's answers to certain requests until the test lets them arrive. */
public final class LateAnswer implements Interceptor {
  private final Predicate<HttpRequest> held;
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CompletableFuture<Void> arrived = new CompletableFuture<>();

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
    arrived.complete(null);
  }

  @Override
  public AsyncBody.Consumer<List<ByteBuffer>> consumer(
      AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
    if (!held.test(request)) {
      return consumer;
    }
    // Waits without a thread: the client's answers may have only one (see StartIT).
    return (body, more) -> {
      asked.countDown();
      arrived.thenRun(() -> pass(consumer, body, more));
    };
  }

  private static void pass(
      AsyncBody.Consumer<List<ByteBuffer>> to, List<ByteBuffer> body, AsyncBody more) {
    try {
      to.consume(body, more);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
