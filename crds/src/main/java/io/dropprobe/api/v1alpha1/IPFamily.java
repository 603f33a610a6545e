// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

/** IP families of {@code spec.match.ipFamilies}. */
public enum IPFamily {
  IPv4,
  IPv6
}
