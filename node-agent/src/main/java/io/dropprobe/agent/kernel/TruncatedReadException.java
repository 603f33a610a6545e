package io.dropprobe.agent.kernel;

/** An answer of the module that is not whole, or not as agreed; reading it again may help. */
public class TruncatedReadException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What is wrong with it. */
  public TruncatedReadException(String message) {
    super(message);
  }
}
