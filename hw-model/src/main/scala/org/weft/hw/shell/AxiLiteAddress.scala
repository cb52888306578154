package org.weft.hw.shell

import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axilite.AxiLite4

/** AXI4-Lite of a wider address to the NIC's: its registers are repeated. */
object AxiLiteAddress {
  def connect(from: AxiLite4, to: AxiLite4): Unit = {
    for ((f, t) <- Seq(from.aw -> to.aw, from.ar -> to.ar)) {
      t.arbitrationFrom(f)
      t.addr := f.addr.resized
      t.prot := f.prot
    }
    to.w << from.w
    from.b << to.b
    from.r << to.r
  }
}
