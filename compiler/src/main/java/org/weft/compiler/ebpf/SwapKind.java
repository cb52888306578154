package org.weft.compiler.ebpf;

/** Byte order conversions (RFC 9669 section 4.2). */
public enum SwapKind {
  /** To little-endian: cuts to the width. */
  LE,
  /** To big-endian: swaps within the width and cuts to it. */
  BE,
  /** Swaps unconditionally within the width and cuts to it. */
  BSWAP
}
