// The block memory of an iCE40, the one cell that icebox_vlog names without saying what it does. From the
// "iCE40 Technology Library" and the "Memory Usage Guide for iCE40 Devices" of Lattice: 4,096 bits, as 256 words of 16
// bits (mode 0), 512 of 8, 1,024 of 4 or 2,048 of 2 (mode 3); the narrow words of an address's lower byte lie interleaved
// in one wide word, and a narrow port uses one data line of each group. In mode 0 alone MASK keeps bits from being
// written. Verilator 5.006 does not read yosys' model: ports with default values.
module SB_RAM40_4K #(
  parameter READ_MODE = 0,
  parameter WRITE_MODE = 0,
  parameter [255:0] INIT_0 = 0,
  parameter [255:0] INIT_1 = 0,
  parameter [255:0] INIT_2 = 0,
  parameter [255:0] INIT_3 = 0,
  parameter [255:0] INIT_4 = 0,
  parameter [255:0] INIT_5 = 0,
  parameter [255:0] INIT_6 = 0,
  parameter [255:0] INIT_7 = 0,
  parameter [255:0] INIT_8 = 0,
  parameter [255:0] INIT_9 = 0,
  parameter [255:0] INIT_A = 0,
  parameter [255:0] INIT_B = 0,
  parameter [255:0] INIT_C = 0,
  parameter [255:0] INIT_D = 0,
  parameter [255:0] INIT_E = 0,
  parameter [255:0] INIT_F = 0
) (
  input             WCLK,
  input             WCLKE,
  input             WE,
  input      [10:0] WADDR,
  input      [15:0] MASK,
  input      [15:0] WDATA,
  input             RCLK,
  input             RCLKE,
  input             RE,
  input      [10:0] RADDR,
  output reg [15:0] RDATA
);
  // Bits of a wide word from one bit of a narrow one to the next, and which of a group's lines is used.
  localparam WRITE_STEP = 1 << WRITE_MODE;
  localparam READ_STEP = 1 << READ_MODE;
  localparam WRITE_LINE = WRITE_STEP / 2 - (WRITE_MODE == 0 ? 0 : 1);
  localparam READ_LINE = READ_STEP / 2 - (READ_MODE == 0 ? 0 : 1);
  localparam [4095:0] INITIAL = {INIT_F, INIT_E, INIT_D, INIT_C, INIT_B, INIT_A, INIT_9, INIT_8, INIT_7, INIT_6, INIT_5,
                                 INIT_4, INIT_3, INIT_2, INIT_1, INIT_0};

  reg [15:0] memory[0:255];
  wire [3:0] write_place = {1'b0, WADDR[10:8]} & (WRITE_STEP - 1);
  wire [3:0] read_place = {1'b0, RADDR[10:8]} & (READ_STEP - 1);

  integer i;
  initial for (i = 0; i < 256; i = i + 1) memory[i] = INITIAL[16 * i +: 16];

  integer w;
  always @(posedge WCLK)
    if (WCLKE && WE)
      for (w = 0; w < 16; w = w + WRITE_STEP)
        if (WRITE_MODE != 0 || !MASK[w])
          memory[WADDR[7:0]][w + write_place] <= WDATA[w + WRITE_LINE];

  integer r;
  always @(posedge RCLK)
    if (RCLKE && RE) begin
      RDATA <= 0;
      for (r = 0; r < 16; r = r + READ_STEP)
        RDATA[r + READ_LINE] <= memory[RADDR[7:0]][r + read_place];
    end
endmodule
