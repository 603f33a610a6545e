// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

/** The kernel or the module refused a call or a command. */
public class KernelException extends Exception {
  private static final long serialVersionUID = 1;

  private final Errno errno;
  private final int number;
  private final String message;

  /**
   * @param what the call or command
   * @param number errno of the system call
   */
  public KernelException(String what, int number) {
    super(what + ": " + text(number));
    this.errno = Errno.of(number);
    this.number = number;
    this.message = what + ": " + text(number);
  }

  /** The same error, of a call that is named better. */
  KernelException of(String what) {
    return new KernelException(what, number);
  }

  @Override
  public String getMessage() {
    return message;
  }

  /** The error. */
  public Errno errno() {
    return errno;
  }

  private static String text(int number) {
    Errno e = Errno.of(number);
    return e == Errno.OTHER ? "errno " + number : e.name() + " (errno " + number + ")";
  }
}
