/** Reader of BTF types and of the instruction tables of BTF.ext, as Linux documents them. */
package org.weft.compiler.btf;
