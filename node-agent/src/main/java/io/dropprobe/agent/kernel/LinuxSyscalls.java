package io.dropprobe.agent.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import java.nio.file.Path;

/** Through the C library. */
public final class LinuxSyscalls implements Syscalls {
  // glibc has no function for either; numbers from the kernel's syscall tables.
  private static final long INIT_MODULE = Libc.ARM64 ? 105 : 175;
  private static final long DELETE_MODULE = Libc.ARM64 ? 106 : 176;

  private final Libc libc = Libc.INSTANCE;

  @Override
  public void loadModule(byte[] module) throws KernelException {
    try {
      libc.syscall(new NativeLong(INIT_MODULE), module, new NativeLong(module.length), "");
    } catch (LastErrorException e) {
      throw new KernelException("init_module", e.getErrorCode());
    }
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
