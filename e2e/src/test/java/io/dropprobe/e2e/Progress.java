// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Prints each test with the seconds that it took, as soon as it ends, and what DropProbe's pods
 * last logged if it has failed.
 */
final class Progress implements BeforeEachCallback, TestWatcher {
  private Instant begin = Instant.now();

  @Override
  public void beforeEach(ExtensionContext context) {
    begin = Instant.now();
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    print("ok  ", context);
  }

  @Override
  public void testFailed(ExtensionContext context, Throwable cause) {
    print("FAIL", context);
    System.out.println(Cluster.logs());
  }

  private void print(String outcome, ExtensionContext context) {
    System.out.printf(
        "%s %s.%s (%d s)%n",
        outcome,
        context.getRequiredTestClass().getSimpleName(),
        context.getRequiredTestMethod().getName(),
        Duration.between(begin, Instant.now()).toSeconds());
  }
}
