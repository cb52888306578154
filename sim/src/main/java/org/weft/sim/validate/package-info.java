/** Translation validation: rows against {@code ref} on inputs made to reach every branch. */
package org.weft.sim.validate;
