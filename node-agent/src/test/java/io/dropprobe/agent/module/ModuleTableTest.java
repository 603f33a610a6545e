// SPDX-License-Identifier: Apache-2.0
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
          absent,   no,  A, none,   Keep
          absent,   yes, A, none,   Load
          absent,   yes, ?, none,   Wait
          same,     yes, A, none,   Keep
          same,     yes, A, node,   Keep
          same,     yes, A, person, Keep
          same,     yes, ?, none,   Keep
          same,     no,  ?, none,   Unload
          same,     no,  ?, node,   Held
          same,     no,  ?, person, Held
          other,    yes, A, none,   Replace
          other,    yes, A, node,   Held
          other,    yes, A, person, Held
          other,    yes, ?, none,   Keep
          other,    no,  ?, none,   Unload
          coming,   yes, A, none,   Wait
          coming,   no,  ?, none,   Wait
          going,    yes, A, none,   Wait
          built-in, yes, A, none,   Refuse
          built-in, no,  ?, none,   Keep
          old-abi,  yes, A, none,   Replace
          old-abi,  yes, ?, none,   Keep
          new-abi,  yes, A, none,   Replace
          new-abi,  yes, ?, none,   Wait
          new-abi,  no,  ?, none,   Unload
          no-abi,   yes, B, none,   Wait
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
      case "old-abi" -> live("B", ModuleTable.ABI - 1);
      case "new-abi" -> live("B", ModuleTable.ABI + 1);
      case "no-abi" -> live("B", null);
      case "built-in" -> new ObservedModule.BuiltIn();
      default -> new ObservedModule.Transient(seen);
    };
  }

  private static ObservedModule live(String srcversion, Integer abi) {
    return new ObservedModule.Live("0.1.0", srcversion, 0, 32L, abi, true, false);
  }

  private static ModuleUsers users(String holder) {
    return switch (holder) {
      case "node" -> new ModuleUsers(List.of("worker-2"), false);
      case "person" -> new ModuleUsers(List.of(), true);
      default -> ModuleUsers.NONE;
    };
  }
}
