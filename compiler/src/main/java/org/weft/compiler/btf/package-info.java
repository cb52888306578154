/** BTF and BTF.ext: types, functions, source lines and CO-RE relocations of an object. */
package org.weft.compiler.btf;
