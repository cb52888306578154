# The machine's clock, made from the shell's.
create_ip -name clk_wiz -vendor xilinx.com -library ip -module_name weft_clock
set_property -dict [list \
    CONFIG.PRIM_SOURCE {Global_buffer} \
    CONFIG.PRIM_IN_FREQ $weft::shell_mhz \
    CONFIG.CLKOUT1_REQUESTED_OUT_FREQ $weft::clock_mhz \
    CONFIG.USE_RESET {true} \
    CONFIG.RESET_TYPE {ACTIVE_HIGH} \
    CONFIG.USE_LOCKED {true} \
] [get_ips weft_clock]
