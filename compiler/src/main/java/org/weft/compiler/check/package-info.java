/** Shows that rows do what the graph says they must, without trusting who made them. */
package org.weft.compiler.check;
