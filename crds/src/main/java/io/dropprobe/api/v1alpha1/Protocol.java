// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

/** Transport protocols of {@code spec.match.protocols}. */
public enum Protocol {
  TCP,
  UDP,
  ICMP,
  ICMPv6,
  SCTP,
  Other
}
