package io.dropprobe.agent.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.file.Path;

/** Through the C library. */
public final class LinuxSyscalls implements Syscalls {
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY = 1;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;

  private static final boolean ARM64 = System.getProperty("os.arch").equals("aarch64");

  // glibc has no function for either; numbers from the kernel's syscall tables.
  private static final long FINIT_MODULE = ARM64 ? 273 : 313;
  private static final long DELETE_MODULE = ARM64 ? 106 : 176;

  /** Each throws LastErrorException instead of returning -1. */
  private interface Libc extends Library {
    int open(String path, int flags) throws LastErrorException;

    int close(int fd) throws LastErrorException;

    NativeLong write(int fd, byte[] bytes, NativeLong length) throws LastErrorException;

    NativeLong syscall(NativeLong number, Object... arguments) throws LastErrorException;
  }

  private final Libc libc = Native.load("c", Libc.class);

  @Override
  public void loadModule(Path file) throws KernelException {
    withFile(
        file,
        O_RDONLY,
        "finit_module " + file.getFileName(),
        fd ->
            libc.syscall(new NativeLong(FINIT_MODULE), new NativeLong(fd), "", new NativeLong(0)));
  }

  @Override
  public void unloadModule(String name) throws KernelException {
    try {
      libc.syscall(new NativeLong(DELETE_MODULE), name, new NativeLong(O_NONBLOCK));
    } catch (LastErrorException e) {
      throw new KernelException("delete_module " + name, e.getErrorCode());
    }
  }

  @Override
  public void write(Path file, byte[] bytes) throws KernelException {
    withFile(
        file,
        O_WRONLY,
        "write to " + file,
        fd -> libc.write(fd, bytes, new NativeLong(bytes.length)));
  }

  private interface Use {
    void with(int fd);
  }

  private void withFile(Path file, int flags, String what, Use use) throws KernelException {
    try {
      int fd = libc.open(file.toString(), flags | O_CLOEXEC);
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
