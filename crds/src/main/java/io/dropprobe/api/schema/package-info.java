/**
 * What the schema and everybody who reads or writes it have in common: names, condition reasons,
 * bounds, defaults, and how times, durations and label keys are written. Depends on no other
 * package of this project.
 */
@NullMarked
package io.dropprobe.api.schema;

import org.jspecify.annotations.NullMarked;
