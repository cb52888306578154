/** Helpers that are functions, written in C over maps, and no unit of the machine. */
package org.weft.compiler.library;
