package io.dropprobe.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTest {
  private final Semaphore passed = new Semaphore(0);
  private final AtomicBoolean fail = new AtomicBoolean();
  private final Time time = Time.system();
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
  void passesAtTheStartAndWhenWoken() throws InterruptedException {
    loop.start();
    onePass("the first");
    loop.wake();
    onePass("woken");
  }

  @Test
  void aPassThatFailsIsFollowedByAnother() throws InterruptedException {
    fail.set(true);
    loop.start();
    onePass("the one that fails");
    onePass("the next, without being woken");
    assertEquals(1, loop.failures());
  }

  @Test
  void scrapesReuseReadingThatIsYoung() throws InterruptedException {
    loop.start();
    onePass("the first");
    loop.awaitPass(3_600_000, 20_000);
    for (int i = 0; i < 100; i++) {
      loop.awaitPass(3_600_000, 20_000);
    }
    assertEquals(1, loop.passes());
  }

  @Test
  void concurrentScrapesShareOnePass() throws InterruptedException {
    loop.start();
    onePass("the first");
    loop.awaitPass(3_600_000, 20_000);
    Thread.sleep(600);
    List<Thread> scrapes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      scrapes.add(
          new Thread(
              () -> {
                try {
                  loop.awaitPass(500, 20_000);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    scrapes.forEach(Thread::start);
    for (Thread scrape : scrapes) {
      scrape.join();
    }
    // A second one where this machine has taken half a second to start the threads.
    assertTrue(loop.passes() >= 2 && loop.passes() <= 3, loop.passes() + " passes");
  }
}
