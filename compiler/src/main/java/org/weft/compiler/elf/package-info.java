/** ELF-64 objects of machine BPF, as files: sections, symbols, relocations. */
package org.weft.compiler.elf;
