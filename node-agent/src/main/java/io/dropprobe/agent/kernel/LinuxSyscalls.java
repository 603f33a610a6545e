// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import io.dropprobe.agent.platform.Libc;
import java.nio.file.Path;
import java.util.Arrays;

/** System calls through the C library. */
public final class LinuxSyscalls implements Syscalls {
  // glibc has no function for these. The numbers are from the kernel's syscall tables.
  private static final long FINIT_MODULE = Libc.ARM64 ? 273 : 313;
  private static final long MEMFD_CREATE = Libc.ARM64 ? 279 : 319;
  private static final long DELETE_MODULE = Libc.ARM64 ? 106 : 176;

  private final Libc libc = Libc.INSTANCE;

  @Override
  public void loadModule(byte[] module, String parameters) throws KernelException {
    int file = inMemory(module);
    try {
      libc.syscall(new NativeLong(FINIT_MODULE), file, parameters, 0);
    } catch (LastErrorException e) {
      throw new KernelException("finit_module", e.getErrorCode());
    } finally {
      libc.close(file);
    }
  }

  /** Returns a read-only descriptor: the kernel loads no file that is open for writing. */
  private int inMemory(byte[] bytes) throws KernelException {
    try {
      int file = memoryFile();
      try {
        for (int done = 0; done < bytes.length; ) {
          byte[] rest = Arrays.copyOfRange(bytes, done, bytes.length);
          done += libc.write(file, rest, new NativeLong(rest.length)).intValue();
        }
        return libc.open("/proc/self/fd/" + file, Libc.O_RDONLY | Libc.O_CLOEXEC);
      } finally {
        libc.close(file);
      }
    } catch (LastErrorException e) {
      throw new KernelException("memfd_create", e.getErrorCode());
    }
  }

  /** Kernels before 6.3 do not know the flag that the sysctl vm.memfd_noexec may require. */
  private int memoryFile() {
    try {
      return memoryFile(Libc.MFD_CLOEXEC | Libc.MFD_NOEXEC_SEAL);
    } catch (LastErrorException e) {
      return memoryFile(Libc.MFD_CLOEXEC);
    }
  }

  private int memoryFile(int flags) {
    return libc.syscall(new NativeLong(MEMFD_CREATE), "dropprobe.ko", flags).intValue();
  }

  @Override
  public void unloadModule(String name) throws KernelException {
    try {
      libc.syscall(new NativeLong(DELETE_MODULE), name, new NativeLong(Libc.O_NONBLOCK));
    } catch (LastErrorException e) {
      throw new KernelException("delete_module " + name, e.getErrorCode());
    }
  }

  @Override
  public void write(Path file, byte[] bytes) throws KernelException {
    withFile(
        file,
        Libc.O_WRONLY,
        "write to " + file,
        fd -> libc.write(fd, bytes, new NativeLong(bytes.length)));
  }

  private interface Use {
    void with(int fd);
  }

  private void withFile(Path file, int flags, String what, Use use) throws KernelException {
    try {
      int fd = libc.open(file.toString(), flags | Libc.O_CLOEXEC);
      try {
        use.with(fd);
      } finally {
        libc.close(fd);
      }
    } catch (LastErrorException e) {
      throw new KernelException(what, e.getErrorCode());
    }
  }
}
