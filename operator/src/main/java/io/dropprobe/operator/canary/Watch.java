// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.operator.canary;

import org.jspecify.annotations.Nullable;

/**
 * What this process has seen of a canary. It is not in the ConfigMap, because its times mean
 * nothing to another process. All times are those of {@code ClusterCache.seen}.
 *
 * @param silentSince since when the node is expected to announce its trial
 * @param announced null before the node has
 * @param stopped whether it has ended an announced trial cleanly
 * @param spent whether its report may still be that of a trial that has failed
 * @param picked false since another node was picked in its place
 * @param passedAt when another node was last picked in its place; null means never
 */
record Watch(
    long silentSince,
    @Nullable Announcement announced,
    boolean stopped,
    boolean spent,
    boolean picked,
    @Nullable Long passedAt) {
  /**
   * A trial that has begun.
   *
   * @param uid of the Node
   * @param bootId of its kernel; empty if unknown
   * @param at when the operator saw it
   */
  record Announcement(String uid, String bootId, long at) {}

  /**
   * A node that has just been picked.
   *
   * @param earlier null means that it was not picked before
   */
  static Watch picked(long now, @Nullable Watch earlier) {
    return earlier == null
        ? new Watch(now, null, false, false, true, null)
        : new Watch(now, null, earlier.stopped, false, true, earlier.passedAt);
  }

  Watch announced(Announcement trial) {
    return new Watch(silentSince, trial, stopped, false, picked, passedAt);
  }

  Watch stopped(long now) {
    return new Watch(now, null, true, false, picked, passedAt);
  }

  Watch failed(long now) {
    return new Watch(now, null, stopped, true, picked, passedAt);
  }

  Watch notSpent() {
    return new Watch(silentSince, announced, stopped, false, picked, passedAt);
  }

  Watch passed(long now) {
    return new Watch(now, null, stopped, false, false, now);
  }
}
