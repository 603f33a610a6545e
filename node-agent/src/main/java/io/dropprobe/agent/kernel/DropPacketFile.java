// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The content of {@code /proc/mooc/net/drop-packet}, without {@code activated:}.
 *
 * @param abi version of the module's files; null means that the file does not have it
 * @param namesReasons whether the kernel names its drop reasons
 * @param manualActive whether the probe {@code _manual} counts
 */
record DropPacketFile(@Nullable Integer abi, boolean namesReasons, boolean manualActive) {

  static DropPacketFile parse(String text) {
    Integer abi = null;
    boolean names = false;
    boolean manual = false;
    for (String line : text.split("\n")) {
      String[] words = line.strip().split(" +");
      switch (words[0]) {
        case "abi:" -> abi = words.length == 2 ? Integer.valueOf(words[1]) : null;
        case "reasons:" -> names = words.length == 2 && words[1].equals("kernel");
        case "probes:" -> manual = line.contains(" " + ProbeSnapshot.MANUAL + "(active)");
        default -> {
          // The agent needs no other line.
        }
      }
    }
    return new DropPacketFile(abi, names, manual);
  }
}
