// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.api;

/** Messages of the client's exceptions with their root cause, which they often omit. */
final class ExceptionMessages {
  private ExceptionMessages() {}

  static String of(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String first = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return root == e ? first : first + " (" + root + ")";
  }
}
