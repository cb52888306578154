/**
 * The instruction set of the row machine.
 *
 * <p>A row is a parallel assignment: every slot reads the state before the row; the first slot
 * whose branch or exit is taken kills the effects of every later slot; all surviving effects happen
 * together. Slot <i>i</i> is issued on lane <i>i</i>.
 */
package org.weft.isa.row;
