package org.weft.hw.packet

import spinal.core._

/** An input or output of a part as one of the component around it, so that a component can hold several machines' parts. */
private object Pin {
  def in[T <: Data](input: T): T = {
    val pin = spinal.core.in(cloneOf(input))
    input := pin
    pin
  }

  def out[T <: Data](output: T): T = {
    val pin = spinal.core.out(cloneOf(output))
    pin := output
    pin
  }
}
