// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.platform;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/**
 * The functions of the C library that the agent calls. Each throws LastErrorException instead of
 * returning -1.
 */
public interface Libc extends Library {
  Libc INSTANCE = Native.load("c", Libc.class);

  boolean ARM64 = System.getProperty("os.arch").equals("aarch64");

  int O_RDONLY = 0;
  int O_WRONLY = 1;
  int O_NONBLOCK = 0x800;
  int O_CLOEXEC = 0x80000;
  int MFD_CLOEXEC = 1;
  int MFD_NOEXEC_SEAL = 8;

  // These two differ between the architectures.
  int O_DIRECTORY = ARM64 ? 0x4000 : 0x10000;
  int O_NOFOLLOW = ARM64 ? 0x8000 : 0x20000;

  int open(String path, int flags) throws LastErrorException;

  int openat(int directory, String name, int flags) throws LastErrorException;

  int close(int fd) throws LastErrorException;

  NativeLong write(int fd, byte[] bytes, NativeLong length) throws LastErrorException;

  NativeLong syscall(NativeLong number, Object... arguments) throws LastErrorException;
}
