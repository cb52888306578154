package org.weft.compiler.btf;

/** Kinds of BTF types; the ordinal is the number (Documentation/bpf/btf.rst). */
public enum BtfKind {
  VOID,
  INT,
  PTR,
  ARRAY,
  STRUCT,
  UNION,
  ENUM,
  FWD,
  TYPEDEF,
  VOLATILE,
  CONST,
  RESTRICT,
  FUNC,
  FUNC_PROTO,
  VAR,
  DATASEC,
  FLOAT,
  DECL_TAG,
  TYPE_TAG,
  ENUM64
}
