/**
 * Proves that a program is safe, as the kernel's verifier does: abstract interpretation of all
 * paths, with states that a path already covered cut off.
 */
package org.weft.compiler.verifier;
