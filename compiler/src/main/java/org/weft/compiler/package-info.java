/** From an XDP object to a program image. */
package org.weft.compiler;
