# Between the shell's clock and the machine's: all that crosses is held until it was taken, or is a counter of which
# one bit changes at a time. A path may take a clock of the shell, whatever the clocks' phases.
set_max_delay -datapath_only -from [get_clocks -of_objects [get_pins -hierarchical -filter {NAME =~ *weft/clock_maker/clk_in1}]] -to [get_clocks -of_objects [get_pins -hierarchical -filter {NAME =~ *weft/clock_maker/clk_out1}]] @SHELL_NS@
set_max_delay -datapath_only -from [get_clocks -of_objects [get_pins -hierarchical -filter {NAME =~ *weft/clock_maker/clk_out1}]] -to [get_clocks -of_objects [get_pins -hierarchical -filter {NAME =~ *weft/clock_maker/clk_in1}]] @SHELL_NS@
