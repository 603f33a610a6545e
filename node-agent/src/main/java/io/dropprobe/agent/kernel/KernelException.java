package io.dropprobe.agent.kernel;

/** The kernel has refused something. */
public class KernelException extends Exception {
  private static final long serialVersionUID = 1;

  private final Errno errno;

  /**
   * @param what was tried
   * @param number errno as the system call left it
   */
  public KernelException(String what, int number) {
    super(what + ": " + text(number));
    this.errno = Errno.of(number);
  }

  /** Why; never null. */
  public Errno errno() {
    return errno;
  }

  private static String text(int number) {
    Errno e = Errno.of(number);
    return e == Errno.OTHER ? "errno " + number : e.name() + " (errno " + number + ")";
  }
}
