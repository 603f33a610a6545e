// SPDX-License-Identifier: Apache-2.0
package io.dropprobe.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests on the local cluster, where DropProbe is installed and an agent runs on each node. They run
 * in the order of their names, one at a time.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith({Progress.class, RunningAgents.class})
@TestMethodOrder(MethodOrderer.MethodName.class)
@interface OnCluster {}
