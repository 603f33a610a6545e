// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Tag;

/** Commands for the module; its PROTOCOL.md describes them. */
final class Commands {
  private Commands() {}

  static String of(String verb, String name, String uid, String owner) {
    return verb + " " + name + " uid=" + uid + " owner=" + owner;
  }

  static String renew(String name, String uid, String owner, long lease) {
    return of("renew", name, uid, owner) + " lease=" + lease;
  }

  static String set(Step.SetNetns set, String owner) {
    return of("set", set.name(), set.probe().uid(), owner) + " netns=" + set.netns();
  }

  /** The tag shows an agent that finds the probe later what it was added for. */
  static String add(Step.Add add, String owner, long lease) {
    String identity = of("add", add.name(), add.probe().uid(), owner) + " lease=" + lease;
    String options = add.options().all();
    String tag = " tag=" + Tag.of(add.probe().series(), add.options().fixed());
    return options.isEmpty() ? identity + tag : identity + " " + options + tag;
  }
}
