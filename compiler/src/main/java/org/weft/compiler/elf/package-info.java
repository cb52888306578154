/** Reader of relocatable ELF objects; every offset and size is checked before it is used. */
package org.weft.compiler.elf;
