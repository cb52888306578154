# Synthesises the project.
source [file join [file dirname [file normalize [info script]]] common.tcl]
weft::arguments $argv
open_project [weft::existing $weft::project]
weft::finish synth_1
write_checkpoint -force $weft::results/synthesised.dcp
report_utilization -file $weft::results/synthesised_utilization.rpt
report_utilization -hierarchical -file $weft::results/synthesised_blocks.rpt
close_project
