/** The description of a machine. */
package org.weft.isa.machine;
