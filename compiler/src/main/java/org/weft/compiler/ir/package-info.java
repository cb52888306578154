/** The intermediate representation: a control-flow graph in SSA form, with its text form. */
package org.weft.compiler.ir;
