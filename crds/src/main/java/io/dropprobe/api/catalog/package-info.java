/**
 * What a freed packet means: the catalogue of the kernel's drop reasons and of the functions that
 * free packets. Agent and operator use the same one. Pure functions, and one file to edit.
 */
@NullMarked
package io.dropprobe.api.catalog;

import org.jspecify.annotations.NullMarked;
