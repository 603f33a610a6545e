package io.dropprobe.agent.module;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dropprobe.agent.kernel.ObservedModule;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole decision table, one line per case. */
class ModuleTableTest {
  @ParameterizedTest(name = "{0}, desired {1}, target {2}, used by {3}: {4}")
  @CsvSource(
      textBlock =
          """
          absent,   no,  A, nobody, Keep
          absent,   yes, A, nobody, Load
          absent,   yes, ?, nobody, Wait
          same,     yes, A, nobody, Keep
          same,     yes, A, node,   Keep
          same,     yes, A, person, Keep
          same,     yes, ?, nobody, Keep
          same,     no,  ?, nobody, Unload
          same,     no,  ?, node,   Held
          same,     no,  ?, person, Held
          other,    yes, A, nobody, Replace
          other,    yes, A, node,   Held
          other,    yes, A, person, Held
          other,    yes, ?, nobody, Keep
          other,    no,  ?, nobody, Unload
          coming,   yes, A, nobody, Wait
          coming,   no,  ?, nobody, Wait
          going,    yes, A, nobody, Wait
          built-in, yes, A, nobody, Refuse
          built-in, no,  ?, nobody, Keep
          old-abi,  yes, A, nobody, Replace
          old-abi,  yes, ?, nobody, Wait
          old-abi,  no,  ?, nobody, Unload
          no-abi,   yes, B, nobody, Wait
          """)
  void decides(String seen, String desired, String target, String holder, String action) {
    ModuleAction decided =
        ModuleTable.decide(
            observed(seen),
            desired.equals("yes"),
            target.equals("?") ? null : target,
            users(holder));
    assertEquals(action, decided.getClass().getSimpleName(), decided.toString());
  }

  private static ObservedModule observed(String seen) {
    return switch (seen) {
      case "absent" -> new ObservedModule.Absent();
      case "same" -> live("A", 1);
      case "other" -> live("B", 1);
      case "old-abi" -> live("B", 0);
      case "no-abi" -> live("B", null);
      case "built-in" -> new ObservedModule.BuiltIn();
      default -> new ObservedModule.Transient(seen);
    };
  }

  private static ObservedModule live(String srcversion, Integer abi) {
    return new ObservedModule.Live("0.1.0", srcversion, 0, abi, true, false);
  }

  private static ModuleUsers users(String holder) {
    return switch (holder) {
      case "node" -> new ModuleUsers(List.of("worker-2"), false);
      case "person" -> new ModuleUsers(List.of(), true);
      default -> ModuleUsers.NONE;
    };
  }
}
