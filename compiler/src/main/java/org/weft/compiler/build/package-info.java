/** eBPF instructions to the intermediate representation. */
package org.weft.compiler.build;
