package org.weft.compiler.schedule;

import org.weft.compiler.pass.StackLiveness;
import org.weft.compiler.pass.StackUse;

/**
 * What a trace has to know of the others.
 *
 * @param formation all traces and their order
 * @param live the values needed at the start of each block
 * @param stack the bytes of the stack needed there
 * @param stackUse what calls read there
 * @param boundsMove whether a call of the program moves the packet's bounds
 * @param stackFloor the lowest stack address that is the program's own
 */
record Surroundings(
    TraceFormation formation,
    Live live,
    StackLiveness stack,
    StackUse stackUse,
    boolean boundsMove,
    int stackFloor) {}
