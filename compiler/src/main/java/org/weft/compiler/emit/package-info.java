/** Rows into a program image. */
package org.weft.compiler.emit;
