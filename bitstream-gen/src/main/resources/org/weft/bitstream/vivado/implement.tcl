# Places and routes what was synthesised. A path that is too slow is an error.
source [file join [file dirname [file normalize [info script]]] common.tcl]
weft::arguments $argv
open_project [weft::existing $weft::project]
weft::finish impl_1
write_checkpoint -force $weft::results/routed.dcp
report_utilization -file $weft::results/routed_utilization.rpt
report_utilization -hierarchical -file $weft::results/routed_blocks.rpt
report_timing_summary -file $weft::results/timing.rpt
foreach {path statistic} {setup STATS.WNS hold STATS.WHS} {
    set weft::slack [get_property $statistic [get_runs impl_1]]
    if {$weft::slack < 0} {
        error "ERROR: weft: timing fails: $path slack $weft::slack ns; see $weft::results/timing.rpt"
    }
}
close_project
