/**
 * Decisions that the operator and the agent must make alike: which nodes a DropProbe selects, which
 * state it asks for, and which counts belong together. Pure functions of the API types.
 */
@NullMarked
package io.dropprobe.api.rules;

import org.jspecify.annotations.NullMarked;
