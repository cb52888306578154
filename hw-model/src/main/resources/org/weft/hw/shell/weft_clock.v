// For linters and simulation only: in the project the clocking wizard makes this module. Here the clock is the one
// that comes in.
`timescale 1ns / 1ps

module weft_clock (
    input  wire clk_in1,
    input  wire reset,
    output wire clk_out1,
    output wire locked
);
  assign clk_out1 = clk_in1;
  assign locked = !reset;
endmodule
