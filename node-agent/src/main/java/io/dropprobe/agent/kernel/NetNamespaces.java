package io.dropprobe.agent.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * The network namespaces of the kernel.
 *
 * @param all in no order
 * @param own number (inum) of the one that this process is in, which is the node's; null when it
 *     can't be told
 */
public record NetNamespaces(List<NetNamespace> all, Long own) {

  /**
   * One of them.
   *
   * @param cookie its number for ever, as text: 64 bits without a sign
   * @param inum its number while it is there
   * @param cgroup path of the cgroup of a process in it; "-" when there is none
   */
  public record NetNamespace(String cookie, long inum, String cgroup) {}

  /** Copies. */
  public NetNamespaces {
    all = List.copyOf(all);
  }

  /**
   * Reads lines like {@code netns cookie=7 inum=4026531840 cgroup=/init.scope}; other kinds are
   * skipped. No line at all is a module that does not list them.
   *
   * @throws TruncatedReadException when it is not whole
   */
  static List<NetNamespace> parse(String text) {
    List<NetNamespace> all = new ArrayList<>();
    if (text.isEmpty()) {
      return all;
    }
    long records = 0;
    for (String line : text.split("\n")) {
      ProcRecord r = ProcRecord.parse(line);
      if (r.kind().equals("end")) {
        if (records == r.number("records") && text.endsWith("\n")) {
          return all;
        }
        break;
      }
      if (r.kind().equals("netns")) {
        all.add(new NetNamespace(r.text("cookie"), r.number("inum"), r.text("cgroup")));
      }
      records++;
    }
    throw new TruncatedReadException("the list of network namespaces is not whole");
  }
}
