// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

/** A read of the module's files was truncated or malformed; another read may succeed. */
public class TruncatedReadException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The message says what is missing or wrong. */
  public TruncatedReadException(String message) {
    super(message);
  }
}
