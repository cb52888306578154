/** What the host reads and writes of a NIC. */
package org.weft.isa.control;
