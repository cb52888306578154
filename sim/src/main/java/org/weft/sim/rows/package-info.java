/** The engine {@code rows}: executes rows by their rules, without timing. */
package org.weft.sim.rows;
