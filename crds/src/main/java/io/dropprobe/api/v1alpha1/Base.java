// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.api.v1alpha1;

/** The sum of the earlier epochs of one series on one node. */
@ApiObject
public class Base extends Counters.Fields {}
