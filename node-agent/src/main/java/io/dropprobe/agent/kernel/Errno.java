// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import java.util.Arrays;

/** The error numbers that the agent distinguishes; equal on x86_64 and aarch64. */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  ENOEXEC(8),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EBUSY(16),
  EEXIST(17),
  ENODEV(19),
  EINVAL(22),
  ENOSPC(28),
  EBADMSG(74),
  EOPNOTSUPP(95),
  ENOKEY(126),
  EKEYREJECTED(129),
  /** Any other number. */
  OTHER(-1);

  /** The number in {@code errno.h}; -1 for {@link #OTHER}. */
  public final int number;

  Errno(int number) {
    this.number = number;
  }

  /** Returns the constant for a number, or {@link #OTHER}. */
  public static Errno of(int number) {
    return Arrays.stream(values())
        .filter(e -> e.number == number && e != OTHER)
        .findFirst()
        .orElse(OTHER);
  }
}
