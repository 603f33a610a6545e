package io.dropprobe.agent.api;

/** What to log of a client's exception: its own words often leave out what happened. */
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
