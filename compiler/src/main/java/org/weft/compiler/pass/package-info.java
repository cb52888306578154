/** The optimisations: each a stateless class that says what it requires and ensures. */
package org.weft.compiler.pass;
