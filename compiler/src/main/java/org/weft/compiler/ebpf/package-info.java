/** eBPF instructions (RFC 9669): model, binary codec, text codec. */
package org.weft.compiler.ebpf;
