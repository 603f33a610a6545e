// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropprobe.api.client.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTest {
  private final Semaphore passed = new Semaphore(0);
  private final AtomicBoolean fail = new AtomicBoolean();

  /** Milliseconds of a clock that only the test moves. */
  private final AtomicLong now = new AtomicLong(1000);

  private final Time time =
      new Time() {
        @Override
        public Instant wall() {
          return Instant.ofEpochMilli(now.get());
        }

        @Override
        public long millis() {
          return now.get();
        }
      };

  private final Loop loop =
      new Loop(
          () -> {
            passed.release();
            if (fail.getAndSet(false)) {
              throw new IllegalStateException("on purpose");
            }
            return time.millis() + 3_600_000;
          },
          time);

  private void onePass(String why) throws InterruptedException {
    assertTrue(passed.tryAcquire(20, TimeUnit.SECONDS), why);
  }

  @AfterEach
  void stop() throws InterruptedException {
    assertTrue(loop.stop(20_000));
  }

  @Test
  void passesAtStartAndWhenWoken() throws InterruptedException {
    loop.start();
    onePass("the first");
    loop.wake();
    onePass("woken");
  }

  @Test
  void failedPassIsFollowedByAnother() throws InterruptedException {
    fail.set(true);
    loop.start();
    onePass("the one that fails");
    boolean next = false;
    for (int i = 0; i < 20 && !next; i++) {
      now.addAndGet(1000);
      next = passed.tryAcquire(2, TimeUnit.SECONDS);
    }
    assertTrue(next, "the next, without being woken");
    assertEquals(1, loop.failures());
  }

  @Test
  void scrapesReuseRecentReading() throws InterruptedException {
    loop.start();
    loop.awaitPass(5000, 20_000);
    now.addAndGet(4999);
    for (int i = 0; i < 100; i++) {
      loop.awaitPass(5000, 20_000);
    }
    assertEquals(1, loop.passes());
  }

  @Test
  void concurrentScrapesShareOnePass() throws InterruptedException {
    loop.start();
    loop.awaitPass(5000, 20_000);
    now.addAndGet(5000);
    List<Thread> scrapes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      scrapes.add(new Thread(this::scrape));
    }
    scrapes.forEach(Thread::start);
    for (Thread scrape : scrapes) {
      scrape.join();
    }
    assertEquals(2, loop.passes());
  }

  private void scrape() {
    try {
      loop.awaitPass(5000, 20_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
