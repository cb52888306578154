# Writes the bitstream, and what the board's flash is programmed with.
source [file join [file dirname [file normalize [info script]]] common.tcl]
weft::arguments $argv
open_project [weft::existing $weft::project]
open_run impl_1
write_bitstream -force $weft::results/weft.bit
lassign $weft::flash weft::size weft::interface weft::start
write_cfgmem -force -format mcs -size $weft::size -interface $weft::interface \
    -loadbit "up $weft::start $weft::results/weft.bit" -file $weft::results/weft.mcs
close_project
