// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dropprobe.agent.platform.DirectoryHandleTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a compromised builder can put into the directory that it shares with the agent. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BuilderClientTest {
  @TempDir Path root;
  private Path build;
  private Path own;
  private BuilderSide side;
  private BuilderClient builder;

  @BeforeEach
  void start() throws IOException {
    build = root.resolve("build");
    own = Files.createDirectory(root.resolve("own"));
    side = new BuilderSide(build).starts("s1");
    builder = new BuilderClient(build);
  }

  private void request() throws IOException {
    builder.request("id", "6.12.1-test", Instant.EPOCH);
  }

  private void answered() throws IOException {
    request();
    side.answers();
  }

  private Path answer(String file) {
    return build.resolve("answers/id").resolve(file);
  }

  private void replaceByLink(Path path, Path target) throws IOException {
    Files.move(path, root.resolve("away"));
    Files.createSymbolicLink(path, target);
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(p -> p.getFileName().toString()).toList();
    }
  }

  @Test
  void ignoresFifoInsteadOfDescription() throws IOException {
    Files.delete(build.resolve("builder"));
    DirectoryHandleTest.fifo(build.resolve("builder"));
    assertEquals(Optional.empty(), builder.info());
  }

  @Test
  void refusesFifoInAnswer() throws IOException {
    for (String file : List.of("dropprobe.ko", "status")) {
      answered();
      Files.delete(answer(file));
      DirectoryHandleTest.fifo(answer(file));
      assertThrows(IOException.class, () -> builder.answer("id"), file);
      builder.forget("id");
    }
    assertEquals(List.of(), side.list("answers"));
  }

  @Test
  void refusesAnswerThatIsLink() throws IOException {
    answered();
    replaceByLink(build.resolve("answers/id"), own);
    Files.writeString(own.resolve("status"), "result=failed\nmessage=text of another file\n");
    assertThrows(IOException.class, () -> builder.answer("id"));
    builder.forget("id");
    assertEquals(List.of("status"), names(own));
  }

  @Test
  void refusesAnswersDirectoryThatIsLink() throws IOException {
    answered();
    Files.createDirectories(own.resolve("id"));
    Files.writeString(own.resolve("id/status"), "result=failed\n");
    replaceByLink(build.resolve("answers"), own);
    assertThrows(IOException.class, () -> builder.answer("id"));
    assertThrows(IOException.class, () -> builder.forget("id"));
    assertEquals(List.of("status"), names(own.resolve("id")));
  }

  @Test
  void writesNoRequestThroughLink() throws IOException {
    Path kept = Files.writeString(own.resolve("journal"), "numbers");
    Files.createSymbolicLink(build.resolve("requests/.id.tmp"), kept);
    request();
    assertEquals("numbers", Files.readString(kept));
    assertEquals(List.of("id"), side.pending());

    replaceByLink(build.resolve("requests"), own);
    assertThrows(IOException.class, this::request);
    assertFalse(builder.requested("journal"));
    assertEquals(List.of("journal"), names(own));
  }

  @Test
  void refusesAnswerWithoutModule() throws IOException {
    answered();
    Files.delete(answer("dropprobe.ko"));
    assertThrows(IOException.class, () -> builder.answer("id"));
  }
}
