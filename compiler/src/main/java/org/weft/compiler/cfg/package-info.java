/** Control flow of a program, with calls of its own functions inlined. */
package org.weft.compiler.cfg;
