// SPDX-License-Identifier: Apache-2.0
/**
 * The proof that a module does not harm a kernel, which nodes and operator agree on. Pure; the
 * operator keeps it in the ConfigMap {@link io.dropprobe.api.schema.Names#TRIALS}.
 */
@NullMarked
package io.dropprobe.api.trial;

import org.jspecify.annotations.NullMarked;
