/** eBPF instructions to instructions of the row machine, block by block. */
package org.weft.compiler.lower;
