package org.weft.hw.packet

import spinal.core._

/** An input of a part as one of the component around it, so that a component can hold several machines' parts side by side. */
private object Pin {
  def apply[T <: Data](input: T): T = {
    val pin = in(cloneOf(input))
    input := pin
    pin
  }
}
