// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.schema;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;

/** How the operator and the agent write their objects. */
public final class ServerSideApply {
  private ServerSideApply() {}

  /** A server-side apply that takes over conflicting fields. */
  public static PatchContext as(String fieldManager) {
    return new PatchContext.Builder()
        .withPatchType(PatchType.SERVER_SIDE_APPLY)
        .withFieldManager(fieldManager)
        .withForce(true)
        .build();
  }
}
