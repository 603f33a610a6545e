package io.dropprobe.agent.probe;

import io.dropprobe.agent.count.Tag;

/** The module's command language. */
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

  static String add(Step.Add add, String owner, long lease) {
    String identity = of("add", add.name(), add.probe().uid(), owner) + " lease=" + lease;
    String options = add.options().all();
    return options.isEmpty() ? identity : identity + " " + options;
  }

  /** With the word that says what it was added for; modules that are older refuse it. */
  static String tagged(Step.Add add, String owner, long lease) {
    return add(add, owner, lease) + " tag=" + Tag.of(add.probe().series(), add.options().words());
  }
}
